// Journeys 3 and 11: more than the password is needed, and IT support gives a pass.

import assert from "node:assert/strict";
import { BO, PIXEL } from "./demo.mjs";
import { journey } from "./stage.mjs";
import { finish } from "./steps.mjs";

journey("a pass leads to the registration, and on to where the user was going", async (stage) => {
  const { say } = stage;
  const [page, phone] = [await stage.page(), await stage.phone()];
  page.visitor.expect(/^console: Failed to load resource: .* status of (403|422)/);
  await page.goto("/security");
  await page.heading("page-sign-in-title");
  await page.fillIn(BO);
  await page.announced("page-not-allowed-title");
  await page.look("not-allowed-pass");
  for (const path of ["/apps", "/security", "/sign-in/number", "/register/done"]) {
    await page.goto(path);
    await page.heading("page-not-allowed-title");
  }
  await page.goto("/sign-in/other");
  await page.heading("page-other-way");
  await page.look("other-way-pass");
  await page.tab.getByRole("link", { name: say("page-other-way-pass") }).click();
  await page.heading("page-pass-title");
  await page.look("pass");

  const field = page.tab.getByLabel(say("page-pass-label"), { exact: true });
  const type = async (text) => {
    await field.fill(text);
    await page.press("page-continue");
  };
  const pass = await stage.demo.pass(BO);
  await type(pass.slice(0, -1));
  await page.tab.getByRole("alert").filter({ hasText: say("page-pass-mistyped") }).waitFor();
  await page.look("pass-mistyped");
  await type(await stage.demo.pass(BO).then(() => pass));
  await page.tab.getByRole("alert").filter({ hasText: say("page-pass-wrong") }).waitFor();
  await page.look("pass-wrong");
  await type((await stage.demo.pass(BO)).toLowerCase());

  await page.heading("page-register-intro-title");
  await page.press("page-register-intro-start");
  await page.heading("page-register-code-title");
  await page.tab.reload();
  const tab = await page.another();
  await tab.goto("/register");
  await tab.heading("page-register-code-title");
  const link = await page.enrolmentLink();
  assert.equal(await tab.enrolmentLink(), link, "another tab shows the same");
  await finish(page, phone, await phone.claim(link), PIXEL);
  await page.follow("page-continue");
  await page.heading("page-security-title");
  await page.says("page-activity-pass-used");
  await page.look("security-pass");
}, "--strict");
