// Codes that are not what they should be, and wrong characters.

import { randomBytes } from "node:crypto";
import { ANNA, ORGANISATION, PIXEL } from "./demo.mjs";
import { MOMENT } from "./page.mjs";
import { journey } from "./stage.mjs";

const secret = () => randomBytes(16).toString("base64url");

journey("a second phone that scans the same code stops both, loudly", async (stage) => {
  const [page, phone] = [await stage.page(), await stage.phone()];
  const link = await page.signInToCode(ANNA);
  await phone.claim(link);
  await page.heading("page-register-characters-title", {}, MOMENT);
  const second = await stage.secondPhone(link);
  await second.tab.waitForTimeout(300);
  if (await second.button("phone-confirm-yes").count()) await second.press("phone-confirm-yes");
  await second.unlockIfAsked(() => second.says("phone-error-code-used"));
  await second.look("code-used");
  await page.announced("page-register-ended-second-title");
  await page.says("page-register-ended-second-text");
  await page.says("page-register-ended-second-next");
  await page.look("second-phone");
  await page.press("page-register-start-again");
  await page.heading("page-register-code-title");
});

journey("a code that is none, another app's, a web page's, unprotected, newer, or a look-alike's", async (stage) => {
  const phone = await stage.phone();
  await phone.addAccount();
  const parts = `${secret()}/${secret()}`;
  const codes = [
    ["Hej, hej!", "phone-error-not-a-code", { text: "Hej, hej!" }],
    ["otpauth://totp/Region%20X:anna?secret=JBSWY3DPEHPK3PXP", "phone-error-other-app-code"],
    ["https://regionx.example/personal", "phone-error-web-address"],
    [`http://mfa.regionx.example/e#1//${parts}`, "phone-error-http"],
    [`https://mfa.regionx.example/e#2//${parts}`, "phone-error-version"],
    [`https://mfa.regi\u043enx.example/e#1//${parts}`, "phone-error-host"],
  ];
  await phone.press("phone-add-link");
  for (const [text, key, args] of codes) {
    await phone.glass.getByRole("textbox", { name: stage.say("phone-add-link") }).fill(text);
    await phone.press("phone-add-continue");
    await phone.says(key, args);
  }
  await phone.look("look-alike");
});

journey("a server that is not the one in the code", async (stage) => {
  const [page, phone] = [await stage.page(), await stage.phone()];
  const link = await page.signInToCode(ANNA);
  await phone.addAccount();
  await phone.paste(link.slice(0, link.lastIndexOf("/") + 1) + secret());
  await phone.says("phone-error-identity");
  await phone.look("identity");
});

journey("wrong characters: two more tries, and then a new code", async (stage) => {
  const [page, phone] = [await stage.page(), await stage.phone()];
  const characters = await phone.claim(await page.signInToCode(ANNA));
  await page.heading("page-register-characters-title", {}, MOMENT);
  const wrong = characters === "0000" ? "1111" : "0000";
  for (const tries of [2, 1]) {
    await page.typeCharacters(wrong);
    const alert = page.tab.getByRole("alert").filter({ hasText: stage.say("page-register-characters-wrong", { tries }) });
    await alert.waitFor();
  }
  await page.look("characters-wrong");
  await page.typeCharacters(wrong);
  await page.announced("page-register-ended-characters-title");
  await page.says("page-register-ended-characters-text");
  await page.look("characters-ended");
});

journey("a code that is too old, and a test that is denied", async (stage) => {
  const [page, phone] = [await stage.page(), await stage.phone()];
  const old = await page.signInToCode(ANNA);
  await stage.demo.advance(601);
  await page.announced("page-register-ended-expired-title");
  await page.look("code-expired");
  await phone.addAccount();
  await phone.paste(old);
  await phone.unlockIfAsked(() => phone.says("phone-error-code-expired"));
  await phone.done();
  await page.press("page-register-start-again");
  await page.heading("page-register-code-title");
  const characters = await phone.claim(await page.enrolmentLink());
  await page.heading("page-register-characters-title");
  await page.says("page-register-characters-lead", { device: PIXEL });
  await page.typeCharacters(characters);
  await page.heading("page-register-test-title");
  await phone.heading("phone-test-title");
  await phone.press("phone-approve-no");
  await page.announced("page-register-ended-test-denied-title");
  await page.says("page-register-ended-test-denied-text");
  await page.look("test-denied");
  await phone.heading("phone-reported-title");
  await phone.says("phone-reported-text", { organisation: ORGANISATION });
});
