// Wrong passwords, the keyboard, large text, another language: what people bring with them.

import assert from "node:assert/strict";
import { ANNA, SUPPORT } from "./demo.mjs";
import { MOMENT } from "./page.mjs";
import { fits } from "./pictures.mjs";
import { journey } from "./stage.mjs";
import { registered } from "./steps.mjs";
import { texts } from "./texts.mjs";

journey("a wrong password and an unknown user are told the same, and too many are told to wait", async (stage) => {
  const page = await stage.page();
  page.visitor.expect(/^console: Failed to load resource: .* status of (422|429)/);
  const told = [];
  for (const login of [ANNA.login, "nobody@regionx.example"]) {
    await page.signIn({ login }, "not the password");
    await page.tab.getByRole("alert").filter({ hasText: stage.say("page-sign-in-wrong") }).waitFor();
    assert.equal(await page.tab.getByLabel(stage.say("page-sign-in-login")).inputValue(), login);
    assert.equal(await page.tab.getByLabel(stage.say("page-sign-in-password")).inputValue(), "");
    const html = await page.tab.getByRole("main").innerHTML();
    told.push(html.replaceAll(login, "LOGIN"));
  }
  assert.equal(told[0], told[1]);
  await page.look("sign-in-wrong");
  for (let more = 1; more < 10; more++) await page.fillIn({ login: "nobody@regionx.example" }, "not the password");
  await page.fillIn({ login: "nobody@regionx.example" }, "not the password");
  await page.says("page-sign-in-throttled", { minutes: 10 });
  await page.look("sign-in-throttled");
  await page.signIn(ANNA);
  await page.heading("page-register-intro-title");
});

journey("the other language, on the same page", async (stage) => {
  const other = texts(stage.language === "sv" ? "en" : "sv");
  const { page, phone } = await registered(stage, ANNA);
  const here = await page.tab.locator("html").getAttribute("lang");
  assert.equal(here, stage.language);
  await page.signInToNumber(ANNA);
  const number = await page.number();
  await page.follow("page-other-language");
  await page.headed(other("page-number-title"));
  assert.equal(await page.tab.locator("html").getAttribute("lang"), other.language);
  await page.shows(number);
  await phone.heading("phone-approve-title");
  await phone.approve(number);
  await page.headed(other("page-apps-title"));
  await page.goto("/security");
  await page.tab.getByRole("link", { name: other("page-other-language"), exact: true }).click();
  await page.heading("page-security-title");
});

journey("a page that is not there, and the link without the app", async (stage) => {
  const page = await stage.page();
  page.visitor.expect(/^console: Failed to load resource: .* status of 404/);
  const answer = await page.goto("/nothing/here");
  assert.equal(answer.status(), 404);
  await page.announced("page-problem-not-found-title");
  await page.says("page-problem-not-found-text");
  await page.look("not-found");
  await page.follow("page-home");
  await page.heading("page-sign-in-title");
  await page.goto(`/e#1//${"A".repeat(22)}/${"A".repeat(22)}`);
  await page.heading("page-link-title");
  await page.says("page-link-advice", { support: SUPPORT });
  await page.look("link");
});

journey("a sign-in with the keyboard alone", async (stage) => {
  const { page, phone } = await registered(stage, ANNA);
  const { keyboard } = page.tab;
  await page.goto("/");
  await page.heading("page-sign-in-title");
  await keyboard.type(ANNA.login);
  await keyboard.press("Tab");
  await keyboard.type(stage.demo.password);
  await keyboard.press("Enter");
  await page.announced("page-number-title");
  const number = await page.number();
  const stops = [];
  for (let stop = 0; stop < 2; stop++) {
    await keyboard.press("Tab");
    stops.push(await page.tab.evaluate(() => document.activeElement.textContent.trim()));
  }
  assert.deepEqual(stops, [stage.say("page-other-way"), stage.say("page-cancel")]);
  await phone.heading("phone-approve-title", {}, MOMENT);
  await phone.type(number, phone.tab.keyboard);
  await phone.button("phone-approve-yes").focus();
  await phone.tab.keyboard.press("Enter");
  await phone.sheet.waitFor();
  assert.equal(await phone.tab.evaluate(() => document.activeElement.getAttribute("aria-label")), phone.words.finger);
  await phone.tab.keyboard.press("Enter");
  await page.heading("page-apps-title", {}, MOMENT);
  await page.goto("/apps");
  await keyboard.press("Tab");
  assert.equal(await page.tab.evaluate(() => document.activeElement.textContent), stage.say("page-skip"));
  await phone.shows(stage.say("phone-approved-title"));
});

journey("text of twice the size is all there", async (stage) => {
  const { page, phone } = await registered(stage, ANNA);
  const large = async (name) => {
    await page.tab.evaluate(() => (document.documentElement.style.fontSize = "200%"));
    await page.tab.setViewportSize({ width: 390, height: 844 });
    await fits(page.tab, `${name} at 200 %`);
    const cut = await page.tab.evaluate(() =>
      [...document.querySelectorAll("main *")]
        .filter((node) => !node.closest(".unseen") && getComputedStyle(node).overflow === "hidden")
        .filter((node) => node.scrollHeight > node.clientHeight + 1 || node.scrollWidth > node.clientWidth + 1)
        .map((node) => node.outerHTML));
    assert.deepEqual(cut, [], `${name}: nothing is cut off at 200 %`);
    await page.tab.screenshot({ path: page.picture(`${name}-200-percent`), fullPage: true });
  };
  await page.goto("/");
  await page.heading("page-sign-in-title");
  await large("sign-in");
  const number = await page.signInToNumber(ANNA);
  await large("number");
  await phone.heading("phone-approve-title");
  await phone.approve(number);
  await page.heading("page-apps-title");
  await page.goto("/security");
  await page.heading("page-security-title");
  await large("security");
});

journey("motion is only for those who want it", async (stage) => {
  const { page, phone } = await registered(stage, ANNA);
  await page.signInToNumber(ANNA);
  await phone.heading("phone-approve-title");
  const moving = (tab) => tab.evaluate(() => document.getAnimations().filter((each) => {
    const { duration, activeDuration } = each.effect.getComputedTiming();
    return duration > 1 || activeDuration > 1;
  }).length);
  assert.equal(await moving(page.tab), 0);
  assert.equal(await moving(phone.tab), 0);
  await page.tab.emulateMedia({ reducedMotion: "no-preference" });
  await page.tab.reload();
  assert.ok((await moving(page.tab)) > 0, "whoever wants motion has it");
});
