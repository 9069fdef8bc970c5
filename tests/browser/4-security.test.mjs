// Journey 7, devices: the list, a second phone, and the way out for each.

import assert from "node:assert/strict";
import { ANNA, IPHONE, ORGANISATION, PIXEL } from "./demo.mjs";
import { MOMENT } from "./page.mjs";
import { journey } from "./stage.mjs";
import { enrol, finish } from "./steps.mjs";

const device = (page, model) => page.tab.getByRole("listitem").filter({ has: page.tab.getByText(model, { exact: true }) });

const remove = (page, model) => page.follow("page-security-remove-device", { device: model });

journey("a second phone is added, asked with the first, and both are removed", async (stage) => {
  const { say } = stage;
  const [page, phone] = [await stage.page(), await stage.phone()];
  await enrol(page, phone, ANNA);
  await page.follow("page-apps-security");
  await page.heading("page-security-title");
  await device(page, PIXEL).getByText(say("page-security-device-this")).waitFor();
  await page.says("page-activity-device-added", { device: PIXEL });
  await page.says("page-activity-signed-in", { application: "MyApps" });
  await page.look("security");

  await page.press("page-security-add");
  await page.heading("page-register-code-title");
  const link = await page.enrolmentLink();
  const second = await stage.secondPhone(link);
  await second.heading("phone-confirm-title", { organisation: ORGANISATION });
  await finish(page, second, await second.confirm(), IPHONE);
  await page.follow("page-continue");
  await page.goto("/security");
  await page.says("page-activity-device-added", { device: IPHONE });
  assert.equal(await page.tab.getByRole("link", { name: say("page-security-remove"), exact: false }).count(), 2);
  await page.look("security-two");

  await page.signOut();
  const number = await page.signInToNumber(ANNA);
  const both = [say("common-list", { first: PIXEL, last: IPHONE }), say("common-list", { first: IPHONE, last: PIXEL })];
  const sent = await page.tab.getByRole("main").innerText();
  assert.ok(both.some((list) => sent.includes(say("page-number-sent", { device: list }))), sent);
  await Promise.all([phone, second].map((each) => each.heading("phone-approve-title", {}, MOMENT)));
  await second.approve(number);
  await page.heading("page-apps-title", {}, MOMENT);
  await phone.heading("phone-ended-elsewhere-title", {}, MOMENT);
  await phone.says("phone-ended-elsewhere-text");
  await phone.look("ended-elsewhere");
  await phone.done();
  await second.done();

  await page.goto("/security");
  await device(page, IPHONE).getByText(say("page-security-device-this")).waitFor();
  await remove(page, PIXEL);
  await page.heading("page-remove-title", { device: PIXEL });
  await page.says("page-remove-text");
  await page.look("remove");
  await page.follow("page-remove-no");
  await page.heading("page-security-title");
  await remove(page, PIXEL);
  await page.press("page-remove-yes");
  await page.announced("page-security-title");
  await page.says("page-security-removed", { device: PIXEL });
  assert.equal(await page.tab.getByRole("link", { name: say("page-security-remove") }).count(), 1);
  await page.look("security-removed");
  await phone.accountEnded(ANNA.name);

  await remove(page, IPHONE);
  await page.heading("page-remove-title", { device: IPHONE });
  await page.says("page-remove-last-text");
  await page.look("remove-last");
  await page.press("page-remove-yes");
  await page.announced("page-remove-again-title");
  await page.says("page-remove-again-text");
  await page.look("remove-again");
  await page.press("page-remove-again-yes");
  await second.accountEnded(ANNA.name);
  await second.look("account-ended");
});
