// What happens to real phones: an old app, a guest network's login page, keys that died, no screen lock, a way
// of wakes that is out of order.

import { ANNA } from "./demo.mjs";
import { MOMENT } from "./page.mjs";
import { journey } from "./stage.mjs";
import { registered } from "./steps.mjs";

journey("an app that has become too old says so, and goes on once it is updated", async (stage) => {
  const { page, phone } = await registered(stage, ANNA);
  await phone.control(phone.words.app, phone.words.appOld).click();
  await phone.says("phone-error-app-too-old");
  const number = await page.signInToNumber(ANNA);
  await phone.look("app-too-old");
  await phone.control(phone.words.app, phone.words.appNew).click();
  await phone.heading("phone-approve-title", {}, MOMENT);
  await phone.approve(number);
  await page.heading("page-apps-title", {}, MOMENT);
});

journey("behind the login page of a guest network nothing is reached, and nothing is lost", async (stage) => {
  const { page, phone } = await registered(stage, ANNA);
  await phone.control(phone.words.network, phone.words.networkPortal).click();
  const number = await page.signInToNumber(ANNA);
  await phone.says("phone-error-stranger");
  await phone.look("captive-portal");
  await phone.control(phone.words.network, phone.words.networkOn).click();
  await phone.heading("phone-approve-title", {}, MOMENT);
  await phone.approve(number);
  await page.heading("page-apps-title", {}, MOMENT);
});

journey("a way that is broken wakes nobody; once it is mended, it does, and the page says so", async (stage) => {
  const { page, phone } = await registered(stage, ANNA);
  const { ways, way, woken } = phone.words;
  // Every other way that this phone has is out of order as well.
  for (const name of Object.values(way)) {
    const button = phone.control(ways, name);
    if (await button.count()) await button.click();
  }
  const number = await page.signInToNumber(ANNA);
  await phone.heading("phone-accounts-title");
  await phone.look("no-way");
  await phone.control(ways, way.socket).click();
  await phone.heading("phone-approve-title", {}, MOMENT);
  await phone.controls.getByText(woken(way.socket), { exact: true }).waitFor();
  await phone.approve(number);
  await page.heading("page-apps-title", {}, MOMENT);
});

for (const [life, option, says] of [
  ["a new finger", "unlockInvalidated", "phone-error-key-gone"],
  ["no screen lock", "unlockNone", "phone-error-no-screen-lock"],
]) {
  journey(`${life}: the key cannot be used, nothing was sent, and the phone says what to do`, async (stage) => {
    const { page, phone } = await registered(stage, ANNA);
    const number = await page.signInToNumber(ANNA);
    await phone.heading("phone-approve-title", {}, MOMENT);
    await phone.control(phone.words.unlock, phone.words[option]).click();
    await phone.type(number);
    await phone.press("phone-approve-yes");
    await phone.says(says);
    await phone.look(`key-${option}`);
    await page.heading("page-number-title");
  });
}
