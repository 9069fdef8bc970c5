// Journey 2: the number, and every way in which a sign-in ends.

import assert from "node:assert/strict";
import { ANNA, ORGANISATION, PIXEL } from "./demo.mjs";
import { MOMENT, Page } from "./page.mjs";
import { Phone } from "./phone.mjs";
import { journey } from "./stage.mjs";
import { lookAtBoth, registered } from "./steps.mjs";

journey("the number is typed on the phone, and both ends change by themselves", async (stage) => {
  const { page, phone } = await registered(stage, ANNA);
  const number = await page.signInToNumber(ANNA);
  await page.announced("page-number-title");
  await page.says("page-number-sent", { device: PIXEL });
  await page.says("page-number-hint");
  await phone.heading("phone-approve-title", {}, MOMENT);
  await phone.says("phone-approve-sender", { organisation: ORGANISATION });
  await phone.says("phone-approve-advice");
  await phone.fact("phone-fact-to", "MyApps");
  // Clocks and seconds that are left may show the same digits by chance.
  const shown = (await phone.shown()).replaceAll(/\d+:\d\d|\d+ sek\S*|\d+ sec\S*/g, "");
  assert.doesNotMatch(shown, new RegExp(`\\b${number}\\b`), "the number is not on the phone");
  assert.ok(await phone.button("phone-approve-yes").isDisabled(), "no yes without a number");
  await lookAtBoth(page, phone, "number");
  await phone.type(number);
  await phone.look("number-typed");
  await phone.press("phone-approve-yes");
  await phone.unlock();
  await page.heading("page-apps-title", {}, MOMENT);
  await phone.heading("phone-approved-title", {}, MOMENT);
  await phone.look("approved");
  await phone.done();
});

journey("a phone in the pocket is notified without any content", async (stage) => {
  const { page, phone } = await registered(stage, ANNA);
  await phone.home();
  const number = await page.signInToNumber(ANNA);
  const banner = phone.glass.getByRole("button", { name: stage.say("phone-lock-push") });
  await banner.waitFor({ timeout: MOMENT });
  assert.doesNotMatch(await phone.shown(), /Region|Anna|MyApps/, "the notification says nothing");
  await phone.look("notified");
  await banner.click();
  await phone.heading("phone-approve-title");
  await phone.approve(number);
  await page.heading("page-apps-title", {}, MOMENT);
});

journey("cancelled on the phone, a wrong number, too late, cancelled on the page, and reported", async (stage) => {
  const { page, phone } = await registered(stage, ANNA);
  const ended = async (how, screen, name) => {
    await page.heading(`page-ended-${how}-title`, {}, MOMENT);
    assert.equal(await page.focused(), "h1", "the end is announced");
    await page.says(`page-ended-${how}-text`);
    await page.says(`page-ended-${how}-next`);
    await phone.heading(`phone-${screen}-title`, {}, MOMENT);
    await phone.says(`phone-${screen}-text`, { organisation: ORGANISATION });
    await lookAtBoth(page, phone, `ended-${name}`);
    await phone.done();
    await page.press("page-try-again");
    await page.heading("page-number-title");
    await phone.heading("phone-approve-title", {}, MOMENT);
    return page.number();
  };
  let number = await page.signInToNumber(ANNA);
  await phone.press("phone-approve-cancel");
  number = await ended("denied", "cancelled", "denied");

  await phone.type(Phone.wrong(number));
  await phone.press("phone-approve-yes");
  await phone.unlock();
  number = await ended("wrong-number", "wrong-number", "wrong-number");

  await stage.demo.advance(91);
  number = await ended("expired", "expired", "expired");

  await page.press("page-cancel");
  number = await ended("cancelled", "cancelled", "cancelled");

  await phone.approve(number);
  await page.heading("page-apps-title", {}, MOMENT);
  await phone.done();

  await page.signOut();
  await page.signInToNumber(ANNA);
  await phone.heading("phone-approve-title", {}, MOMENT);
  await phone.press("phone-approve-no");
  await page.heading("page-ended-reported-title", {}, MOMENT);
  await page.says("page-ended-reported-text");
  await page.says("page-ended-reported-next");
  await phone.heading("phone-reported-title", {}, MOMENT);
  await phone.says("phone-reported-text", { organisation: ORGANISATION });
  await lookAtBoth(page, phone, "ended-reported");
});

journey("a sign-in in a second tab: the number of both is the new one, and one approval lets both in", async (stage) => {
  const { page, phone } = await registered(stage, ANNA);
  await phone.network(false);
  const first = await page.signInToNumber(ANNA);
  const other = await page.another();
  await other.goto("/sign-in");
  await other.fillIn(ANNA);
  await other.heading("page-number-title");
  const second = await other.number();
  assert.notEqual(second, first);
  // Polled by a timer: a tab behind another draws no frames.
  const gone = (number) => document.querySelector("#number")?.lastChild.textContent.trim() !== number;
  await page.tab.waitForFunction(gone, first, { polling: 200 });
  await page.goto("/");
  await page.heading("page-number-title");
  assert.equal(await page.number(), second);
  await phone.network(true);
  await phone.heading("phone-approve-title");
  await phone.approve(second);
  await Promise.all([page, other].map((tab) => tab.heading("page-apps-title", {}, MOMENT)));
});

journey("a sign-in that a newer one of the same browser took over", async (stage) => {
  const { page, phone } = await registered(stage, ANNA);
  await page.signInToNumber(ANNA);
  await phone.heading("phone-approve-title", {}, MOMENT);
  // A browser that was closed has lost its session, and is still the same browser.
  const again = await stage.visitor();
  const cookies = await page.visitor.context.cookies();
  await again.context.addCookies(cookies.filter(({ name }) => name === "styrk-browser"));
  const other = new Page(await again.context.newPage(), stage, again);
  const second = await other.signInToNumber(ANNA);
  await page.announced("page-ended-superseded-title");
  await page.says("page-ended-superseded-text");
  await page.says("page-ended-superseded-next");
  await phone.heading("phone-superseded-title", {}, MOMENT);
  await phone.says("phone-superseded-text");
  await lookAtBoth(page, phone, "ended-superseded");
  await phone.openRequest();
  await phone.approve(second);
  await other.heading("page-apps-title", {}, MOMENT);
  await phone.done();
  await page.press("page-ended-superseded-here");
  await page.heading("page-number-title");
  await phone.heading("phone-approve-title", {}, MOMENT);
  await phone.approve(await page.number());
  await page.heading("page-apps-title", {}, MOMENT);
});
