// Journey 4: from the password to a phone that counts.

import assert from "node:assert/strict";
import { ANNA, APPLICATIONS, BO, ORGANISATION, PIXEL, SUPPORT } from "./demo.mjs";
import { MOMENT } from "./page.mjs";
import { Phone } from "./phone.mjs";
import { journey } from "./stage.mjs";

journey("a phone is registered, and every page and screen on the way can be looked at", async (stage) => {
  const { say } = stage;
  const page = await stage.page();
  await page.goto("/");
  await page.heading("page-sign-in-title");
  await page.look("sign-in");
  await page.fillIn(BO);

  await page.announced("page-register-intro-title");
  await page.says("page-register-required");
  await page.look("register-intro");
  await page.goto("/apps");
  await page.heading("page-register-intro-title");
  await page.press("page-register-intro-start");
  await page.announced("page-register-code-title");
  await page.says("page-register-step", { step: 1 });
  await page.says("page-register-code-time", { minutes: 10 });
  await page.look("register-code");

  const [tab] = await Promise.all([
    page.visitor.context.waitForEvent("page"),
    page.link("page-register-code-here").click({ modifiers: ["Control"] }),
  ]);
  const phone = new Phone(tab, stage, page.visitor);
  await phone.heading("phone-confirm-title", { organisation: ORGANISATION });
  assert.equal(new URL(tab.url()).origin, stage.demo.phone);
  assert.equal(new URL(tab.url()).hash, "", "the code leaves the address bar");
  await phone.says("phone-confirm-question", { user: BO.name, organisation: ORGANISATION, host: stage.demo.host });
  await phone.look("confirm");
  const characters = await phone.confirm();
  await phone.says("phone-characters-why", { organisation: ORGANISATION });
  await phone.look("characters");

  await page.heading("page-register-characters-title", {}, MOMENT);
  assert.equal(await page.focused(), "input", "the field has the focus");
  await page.says("page-register-characters-lead", { device: PIXEL });
  await page.says("page-register-step", { step: 2 });
  await page.look("register-characters");
  await page.typeCharacters(characters.toLowerCase());
  await page.announced("page-register-test-title");
  await page.says("page-register-step", { step: 3 });
  await page.look("register-test");
  const number = await page.number();

  await phone.heading("phone-test-title", {}, MOMENT);
  await phone.fact("phone-fact-purpose", say("phone-purpose-confirm-test"));
  await phone.look("test-empty");
  await phone.type(number);
  await phone.look("test-typed");
  await phone.press("phone-approve-yes");
  await phone.sheet.waitFor();
  await phone.look("unlock");
  await phone.unlock();
  await phone.heading("phone-approved-title");
  await phone.says("phone-approved-test-text", { organisation: ORGANISATION });

  await page.heading("page-register-done-title", { device: PIXEL }, MOMENT);
  assert.equal(await page.focused(), "h1");
  await page.says("page-register-done-number", { support: SUPPORT });
  await page.look("register-done");
  await phone.look("test-approved");
  await phone.done();
  await phone.shows(BO.name);
  await phone.look("accounts");
  await page.follow("page-continue");
  await page.heading("page-apps-title");
  for (const name of APPLICATIONS) await page.shows(name);
  await page.look("apps");
});

journey("somebody whose page is on the phone itself goes there and back", async (stage) => {
  const page = await stage.page({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await page.signIn(ANNA);
  await page.press("page-register-intro-start");
  await page.heading("page-register-code-title");
  const order = await page.tab.evaluate(() => {
    const top = (selector) => document.querySelector(selector).getBoundingClientRect().top;
    return top(".here") < top(".qr");
  });
  assert.ok(order, "on a phone the link stands before the code");
  await page.look("register-code-on-phone", { widths: [390], fullPage: false });
  await page.follow("page-register-code-here");
  const phone = new Phone(page.tab, stage, page.visitor);
  await phone.heading("phone-confirm-title", { organisation: ORGANISATION });
  const characters = await phone.confirm();
  await page.tab.goBack();
  await page.heading("page-register-characters-title");
  await page.typeCharacters(characters);
  await page.heading("page-register-test-title");
  const number = await page.number();
  await page.tab.goto(stage.demo.phone);
  await phone.heading("phone-test-title");
  await phone.approve(number);
  await phone.heading("phone-approved-title");
  await page.goto("/register");
  await page.heading("page-register-done-title", { device: PIXEL });
  assert.equal(await page.tab.getByText(page.say("page-register-done-number-title")).count(), 0, "her number is on file");
});
