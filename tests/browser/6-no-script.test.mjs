// Without script: a button does what the page would have done. With it: reload, back and a second tab at each step.

import assert from "node:assert/strict";
import { ANNA, PIXEL } from "./demo.mjs";
import { Phone } from "./phone.mjs";
import { journey } from "./stage.mjs";
import { enrol } from "./steps.mjs";

/** What stands in for the script. Roles and texts do not see into a noscript. */
async function goOn(page) {
  const instead = page.tab.locator("noscript");
  assert.equal(await instead.locator("p").textContent(), page.say("page-no-script"));
  const button = instead.locator("button");
  assert.equal(await button.textContent(), page.say("page-continue"));
  await button.click();
}

journey("registration and sign-in without script", async (stage) => {
  const page = await stage.page({ javaScriptEnabled: false });
  const phone = await stage.phone();
  const link = await page.signInToCode(ANNA);
  await goOn(page);
  await page.heading("page-register-code-title");
  const characters = await phone.claim(link);
  await goOn(page);
  await page.heading("page-register-characters-title");
  await page.typeCharacters(characters);
  await page.heading("page-register-test-title");
  await phone.heading("phone-test-title");
  await phone.approve(await page.number());
  await phone.heading("phone-approved-title");
  await goOn(page);
  await page.heading("page-register-done-title", { device: PIXEL });
  await page.follow("page-continue");
  await page.heading("page-apps-title");
  await phone.done();
  await page.signOut();

  const number = await page.signInToNumber(ANNA);
  await page.says("page-number-hint");
  await goOn(page);
  await page.heading("page-number-title");
  await phone.heading("phone-approve-title");
  await phone.type(Phone.wrong(number));
  await phone.press("phone-approve-yes");
  await phone.unlock();
  await phone.heading("phone-wrong-number-title");
  await phone.done();
  await goOn(page);
  await page.heading("page-ended-wrong-number-title");
  await page.press("page-try-again");
  await page.heading("page-number-title");
  await phone.heading("phone-approve-title");
  await phone.approve(await page.number());
  await phone.heading("phone-approved-title");
  await goOn(page);
  await page.heading("page-apps-title");
});

/** Reload, and back and forward, lead to where one was. */
async function stays(page, key, args) {
  await page.heading(key, args);
  await page.tab.reload();
  await page.heading(key, args);
  await page.tab.goBack();
  await page.tab.waitForLoadState();
  await page.tab.goForward();
  await page.heading(key, args);
}

journey("reload, back and a second tab at each step end well", async (stage) => {
  const [page, phone] = [await stage.page(), await stage.phone()];
  await page.signIn(ANNA);
  await stays(page, "page-register-intro-title");
  await page.press("page-register-intro-start");
  await stays(page, "page-register-code-title");
  const other = await page.another();
  await other.goto("/register");
  await other.heading("page-register-code-title");
  const characters = await phone.claim(await page.enrolmentLink());
  await other.heading("page-register-characters-title");
  await stays(page, "page-register-characters-title");
  await page.typeCharacters(characters);
  await stays(page, "page-register-test-title");
  await other.heading("page-register-test-title");
  await phone.heading("phone-test-title");
  await phone.approve(await other.number());
  await phone.heading("phone-approved-title");
  // Whichever tab is first shows the end of the registration, the other may already be where both are going.
  await Promise.all([page, other].map((each) => each.tab.waitForURL(/\/(register\/done|apps)/)));
  const [first] = [page, other].filter((each) => each.path() === "/register/done");
  await first.heading("page-register-done-title", { device: PIXEL });
  await first.tab.reload();
  await first.heading("page-register-done-title", { device: PIXEL });
  await first.follow("page-continue");
  await first.heading("page-apps-title");
  await other.goto("/register");
  await page.goto("/");
  await page.heading("page-apps-title");
});

journey("reload, back and a second tab while the number is shown end well", async (stage) => {
  const [page, phone] = [await stage.page(), await stage.phone()];
  await enrol(page, phone, ANNA);
  await page.signOut();
  const number = await page.signInToNumber(ANNA);
  await stays(page, "page-number-title");
  const other = await page.another();
  await other.goto("/");
  await other.heading("page-number-title");
  await page.follow("page-other-way");
  await page.heading("page-other-way");
  await page.says("page-other-way-app-text", { device: PIXEL });
  await page.look("other-way");
  await page.follow("page-other-way-back");
  await page.heading("page-number-title");
  await phone.heading("phone-approve-title");
  await phone.approve(number);
  await Promise.all([page, other].map((each) => each.heading("page-apps-title")));
  await page.tab.goBack();
  await page.tab.waitForLoadState();
  if (page.path() === "/sign-in/other") await page.follow("page-other-way-back");
  await page.heading("page-apps-title");
});
