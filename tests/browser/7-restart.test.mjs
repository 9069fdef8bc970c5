// The service goes away for a moment, and so does the phone's network.

import assert from "node:assert/strict";
import { ANNA, ORGANISATION, PIXEL } from "./demo.mjs";
import { MOMENT } from "./page.mjs";
import { journey } from "./stage.mjs";
import { enrol, registered } from "./steps.mjs";

/** Both try again by themselves, with a pause in between. */
const AGAIN = 30_000;

journey("a restart while the number is shown", async (stage) => {
  const { page, phone } = await registered(stage, ANNA);
  const number = await page.signInToNumber(ANNA);
  await phone.heading("phone-approve-title", {}, MOMENT);
  page.visitor.expect(/^console: Failed to load resource: net::ERR_/);
  await stage.demo.stopService();
  await page.tab.getByRole("status").filter({ hasText: stage.say("page-reconnecting") }).waitFor();
  await page.look("reconnecting", { widths: [390] });
  await stage.demo.startService();
  // At once when it is reached, not when there is news.
  await page.tab.getByRole("status").filter({ hasText: stage.say("page-reconnected") }).waitFor({ timeout: 20_000 });
  await phone.heading("phone-approve-title");
  await phone.approve(number);
  await page.heading("page-apps-title", {}, AGAIN);
  await phone.heading("phone-approved-title", {}, AGAIN);
});

journey("a phone without a network at each step of the registration", async (stage) => {
  const [page, phone] = [await stage.page(), await stage.phone()];
  const link = await page.signInToCode(ANNA);
  await phone.network(false);
  await phone.addAccount();
  await phone.paste(link);
  await phone.heading("phone-offline-title");
  await phone.says("phone-offline-text");
  await phone.look("offline-link");
  await phone.network(true);
  await phone.press("phone-retry");
  await phone.heading("phone-confirm-title", { organisation: ORGANISATION });

  await phone.network(false);
  await phone.press("phone-confirm-yes");
  await phone.unlockIfAsked(() => phone.heading("phone-offline-title"));
  await phone.network(true);
  await phone.press("phone-retry");
  await phone.unlockIfAsked(() => phone.heading("phone-characters-title"));
  const characters = await phone.characters();

  await page.heading("page-register-characters-title");
  await phone.network(false);
  await page.typeCharacters(characters);
  await page.heading("page-register-test-title");
  const number = await page.number();
  await phone.network(true);
  await phone.heading("phone-test-title", {}, AGAIN);

  await phone.network(false);
  await phone.approve(number);
  await phone.heading("phone-offline-title");
  await phone.look("offline-answer");
  await phone.network(true);
  await phone.press("phone-retry");
  await phone.unlockIfAsked(() => phone.heading("phone-approved-title"));
  await page.heading("page-register-done-title", { device: PIXEL }, MOMENT);
});

journey("a phone without a network at the sign-in", async (stage) => {
  const [page, phone] = [await stage.page(), await stage.phone()];
  await enrol(page, phone, ANNA);
  await page.signOut();
  await phone.network(false);
  const number = await page.signInToNumber(ANNA);
  await phone.press("phone-accounts-pull");
  await phone.says("phone-offline-text");
  await phone.look("offline-accounts");
  await phone.network(true);
  await phone.heading("phone-approve-title", {}, AGAIN);
  await phone.network(false);
  await phone.approve(number);
  await phone.heading("phone-offline-title");
  await page.heading("page-number-title");
  await phone.network(true);
  await phone.press("phone-retry");
  await phone.unlockIfAsked(() => phone.heading("phone-approved-title"));
  await page.heading("page-apps-title", {}, MOMENT);
});

journey("the service's key changes twice while the phone is off", async (stage) => {
  const { page, phone } = await registered(stage, ANNA);
  const table = await (await stage.visitor()).context.newPage();
  await table.goto(`${stage.demo.phone}/?lang=${stage.say.language}`);
  await phone.network(false);
  for (let change = 0; change < 2; change += 1) {
    const changed = table.waitForResponse((answer) => answer.url().endsWith("/tools/rotate_identity"));
    await table.getByRole("button", { name: stage.say.tool.tools.rotate_identity, exact: true }).click();
    assert.equal((await changed).status(), 204);
  }
  const number = await page.signInToNumber(ANNA);
  await phone.network(true);
  await phone.heading("phone-approve-title", {}, AGAIN);
  await phone.approve(number);
  await phone.heading("phone-approved-title");
  await page.heading("page-apps-title", {}, AGAIN);
});
