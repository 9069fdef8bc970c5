// Journey 1: inside the organisation's network the password is enough, but for the security page.

import assert from "node:assert/strict";
import { ANNA, BO } from "./demo.mjs";
import { MOMENT } from "./page.mjs";
import { journey } from "./stage.mjs";
import { finish } from "./steps.mjs";

journey("inside the password is enough, and the security page asks", async (stage) => {
  const [page, phone] = [await stage.page(), await stage.phone()];
  await page.signIn(ANNA);
  await page.heading("page-apps-title");
  await page.follow("page-apps-security");
  await page.heading("page-register-intro-title");
  await page.says("page-register-intro-lead");
  await page.press("page-register-intro-start");
  await page.heading("page-register-code-title");
  await finish(page, phone, await phone.claim(await page.enrolmentLink()));
  await page.follow("page-continue");
  await page.heading("page-apps-title");
  await page.signOut();

  await page.fillIn(ANNA);
  await page.heading("page-apps-title");
  await page.follow("page-apps-security");
  await page.heading("page-confirm-title");
  await page.look("confirm");
  await page.press("page-confirm-ask");
  await page.heading("page-number-security-title");
  const number = await page.number();
  await phone.heading("phone-purpose-open-security", {}, MOMENT);
  await phone.approve(number);
  await page.heading("page-security-title", {}, MOMENT);
  await page.says("page-activity-signed-in-trusted", { application: "MyApps" });
  assert.equal(page.path(), "/security");
  await page.look("security-inside");
}, "--inside");

journey("inside nobody is made to register", async (stage) => {
  const page = await stage.page();
  await page.signIn(BO);
  await page.heading("page-apps-title");
}, "--inside");
