// Journey 4 without a camera: what the page says is typed on the phone.

import assert from "node:assert/strict";
import { ANNA, BO, ORGANISATION } from "./demo.mjs";
import { journey } from "./stage.mjs";
import { finish } from "./steps.mjs";

/** Opens "Can't you scan?"; what it says to type. */
async function byHand(page) {
  await page.tab.getByText(page.say("page-register-code-no-camera"), { exact: true }).click();
  await page.says("page-register-code-type");
  const row = (key) =>
    page.tab.locator(".by-hand > div").filter({ has: page.tab.getByText(page.say(key), { exact: true }) }).locator("dd");
  const code = row("page-register-code-type-code");
  const [login, typed, spoken, server] = await Promise.all([
    row("page-register-code-type-login").textContent(),
    code.locator(".typed").textContent(),
    code.locator(".unseen").textContent(),
    row("page-register-code-type-server").textContent(),
  ]);
  assert.match(typed, /^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/);
  assert.equal(spoken, typed.split("-").map((group) => [...group].join(" ")).join(", "), "a voice reads each character");
  return { login, code: typed, server };
}

const field = (phone, key) => phone.glass.getByRole("textbox", { name: phone.say(key), exact: true });

async function fill(phone, { login, code, server }) {
  await field(phone, "phone-type-login").fill(login);
  await field(phone, "phone-type-code").fill(code);
  if (server !== undefined) await field(phone, "phone-type-server-label").fill(server);
  await phone.press("phone-add-continue");
}

/** The field has the focus, and says what is wrong with it. */
async function wrong(phone, key, text) {
  await phone.says(text);
  const input = field(phone, key);
  assert.equal(await input.getAttribute("aria-invalid"), "true");
  const described = await input.getAttribute("aria-describedby");
  assert.equal(await phone.tab.locator(`#${described}`).textContent(), phone.say(text));
  assert.ok(await input.evaluate((node) => node === document.activeElement), `${key} has the focus`);
}

journey("a phone is registered by typing what the page says", async (stage) => {
  const [page, phone] = [await stage.page(), await stage.phone()];
  await page.signInToCode(BO);
  const { login, code, server } = await byHand(page);
  assert.deepEqual([login, server], [BO.login, stage.demo.host]);
  const selected = await page.tab.locator(".by-hand .typed").evaluate((node) => getComputedStyle(node).userSelect);
  assert.equal(selected, "all", "one click selects it whole");
  await page.look("register-code-typed");

  await phone.addAccount();
  await phone.look("add-account");
  await phone.press("phone-add-type");
  await phone.heading("phone-add-type");
  await phone.says("phone-type-where");
  await phone.look("type-code");
  await fill(phone, { login: BO.name, code: "" });
  await wrong(phone, "phone-type-login", "phone-type-no-login");
  await fill(phone, { login, code: code.slice(0, 4) });
  await wrong(phone, "phone-type-code", "phone-type-length");
  const slip = (code[0] === "Z" ? "Y" : "Z") + code.slice(1);
  await fill(phone, { login, code: slip });
  await wrong(phone, "phone-type-code", "phone-type-mistyped");
  assert.equal(await field(phone, "phone-type-login").inputValue(), login, "nothing typed is lost");
  assert.equal(await field(phone, "phone-type-code").inputValue(), slip);
  await phone.look("type-code-wrong");
  await fill(phone, { login: ANNA.login, code });
  await wrong(phone, "phone-type-code", "phone-type-unknown");
  await phone.look("type-code-unknown", { widths: [390] });
  await fill(phone, { login, code: ` ${code.toLowerCase().replace("-", " ").replaceAll("0", "o").replaceAll("1", "l")}` });
  await phone.heading("phone-confirm-title", { organisation: ORGANISATION });
  await phone.says("phone-confirm-question", { user: BO.name, organisation: ORGANISATION, host: server });
  await finish(page, phone, await phone.confirm());
});

journey("a domain that does not tell its server, and no network", async (stage) => {
  const [page, phone] = [await stage.page(), await stage.phone()];
  await page.signInToCode(ANNA);
  const { login, code, server } = await byHand(page);
  await phone.addAccount();
  await phone.press("phone-add-type");
  await fill(phone, { login: "anna.andersson@å.example", code });
  await wrong(phone, "phone-type-server-label", "phone-type-server");
  await phone.look("type-code-server");
  await fill(phone, { login, code, server: "http://mfa.regionx.example" });
  await wrong(phone, "phone-type-server-label", "phone-type-server-wrong");
  await phone.network(false);
  await fill(phone, { login, code, server: "" });
  await wrong(phone, "phone-type-server-label", "phone-type-server-offline");
  await phone.look("type-code-offline", { widths: [390] });
  await phone.network(true);
  await fill(phone, { login, code, server });
  await phone.heading("phone-confirm-title", { organisation: ORGANISATION });
  await finish(page, phone, await phone.confirm());
});

journey("what to type stands there without script", async (stage) => {
  const page = await stage.page({ javaScriptEnabled: false });
  await page.signInToCode(ANNA);
  const { login } = await byHand(page);
  assert.equal(login, ANNA.login);
  assert.ok(await page.tab.locator(".by-hand .typed").isVisible());
});
