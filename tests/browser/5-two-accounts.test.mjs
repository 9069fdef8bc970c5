// Two users on one phone.

import assert from "node:assert/strict";
import { ANNA, BO, PIXEL } from "./demo.mjs";
import { MOMENT } from "./page.mjs";
import { journey } from "./stage.mjs";
import { enrol } from "./steps.mjs";

journey("each request reaches the right account, and an account that leaves the phone leaves the page", async (stage) => {
  const [anna, bo, phone] = [await stage.page(), await stage.page(), await stage.phone()];
  await enrol(anna, phone, ANNA);
  await enrol(bo, phone, BO);
  await phone.shows(ANNA.name);
  await phone.shows(BO.name);
  await phone.look("accounts-two");
  await bo.signOut();
  const ofBo = await bo.signInToNumber(BO);
  await phone.heading("phone-approve-title", {}, MOMENT);
  await phone.shows(BO.login);
  await anna.signOut();
  const ofAnna = await anna.signInToNumber(ANNA);
  await phone.says("phone-approve-many", { count: 2 });
  await phone.look("number-others");
  await phone.shows(BO.login);
  await phone.press("phone-approve-many", { count: 2 });
  await phone.heading("phone-accounts-title");
  await phone.says("phone-approve-many", { count: 2 });
  await phone.look("accounts-waiting");
  await phone.glass.locator("section").getByRole("button").first().click();
  await phone.heading("phone-approve-title");
  const first = (await phone.shown()).includes(BO.login) ? [bo, ofBo, anna, ofAnna] : [anna, ofAnna, bo, ofBo];
  await phone.approve(first[1]);
  await first[0].heading("page-apps-title", {}, MOMENT);
  await first[2].heading("page-number-title");
  await phone.openRequest();
  await phone.approve(first[3]);
  await first[2].heading("page-apps-title", {}, MOMENT);
  await phone.done();

  await phone.openAccount(BO.name);
  await phone.look("account");
  await phone.press("phone-account-remove");
  await phone.heading("phone-remove-title");
  await phone.look("remove");
  await phone.press("phone-cancel");
  await phone.heading("phone-account-title");
  await phone.press("phone-account-remove");
  await phone.press("phone-remove-yes");
  await phone.unlockIfAsked(() => phone.heading("phone-accounts-title"));
  await phone.shows(ANNA.name);
  assert.doesNotMatch(await phone.shown(), new RegExp(BO.name));
  await anna.goto("/security");
  await anna.heading("page-security-title");
  await anna.tab.getByRole("listitem").filter({ hasText: PIXEL }).first().waitFor();
  await anna.signOut();
  // His phone is gone, and a password was enough for the very first one only.
  bo.visitor.expect(/^console: Failed to load resource: .* status of 403/);
  await bo.visitor.context.clearCookies({ name: "styrk-session" });
  await bo.signIn(BO);
  await bo.announced("page-not-allowed-title");
  await bo.look("not-allowed");
});
