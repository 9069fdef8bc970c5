// One simulated phone: the app's screens by the roles and names that people see and hear, and what is around it.

import assert from "node:assert/strict";
import { pictures } from "./pictures.mjs";

export class Phone {
  constructor(tab, stage, visitor, number = 1) {
    Object.assign(this, { tab, stage, visitor, number, say: stage.say, words: stage.say.tool });
  }

  async open() {
    await this.tab.goto(`${this.stage.demo.phone}/?lang=${this.say.language}&theme=light&phone=${this.number}`);
    await this.glass.waitFor();
  }

  get glass() {
    return this.tab.locator(`.phone[data-phone="${this.number}"]`);
  }

  get controls() {
    return this.tab.getByRole("group", { name: new RegExp(`^${this.words.controls}: `) });
  }

  button = (key, args) => this.glass.getByRole("button", { name: this.say(key, args), exact: true });

  press = (key, args) => this.button(key, args).click();

  async heading(key, args, timeout) {
    const name = this.say(key, args);
    try {
      await this.glass.getByRole("heading", { level: 1, name, exact: true }).waitFor({ timeout });
    } catch {
      throw new Error(`expected the screen “${name}”, but the phone shows:\n${await this.shown()}`);
    }
  }

  shown = () => this.glass.innerText({ timeout: 500 }).catch(() => "nothing");

  async says(key, args) {
    await this.shows(this.say(key, args));
  }

  async shows(text) {
    try {
      await this.glass.locator(".app").getByText(text).first().waitFor();
    } catch {
      throw new Error(`expected “${text}” on the phone, but it shows:\n${await this.shown()}`);
    }
  }

  /** One fact of the request. */
  async fact(key, value) {
    const row = this.glass.locator("dl > div").filter({ has: this.tab.getByText(this.say(key), { exact: true }) });
    assert.equal(await row.locator("dd").textContent(), value, key);
  }

  /** To the screen where accounts are added. */
  async addAccount() {
    await this.press("phone-add-account");
    await this.heading("phone-add-title");
  }

  /** Pastes `text` into the screen for links. */
  async paste(text) {
    await this.press("phone-add-link");
    await this.glass.getByRole("textbox", { name: this.say("phone-add-link") }).fill(text);
    await this.press("phone-add-continue");
  }

  /** Picks a picture from the phone's library. */
  async choosePicture(file) {
    const [chooser] = await Promise.all([this.tab.waitForEvent("filechooser"), this.press("phone-add-picture")]);
    await chooser.setFiles(file);
  }

  /** Adds the account of a link, up to the characters, which it returns. */
  async claim(link) {
    await this.addAccount();
    await this.paste(link);
    await this.heading("phone-confirm-title", { organisation: "Region X" });
    return this.confirm();
  }

  /** Says yes to the account, and to the keys that are made for it. */
  async confirm() {
    await this.press("phone-confirm-yes");
    await this.unlockIfAsked(() => this.heading("phone-characters-title"));
    return this.characters();
  }

  async characters() {
    const boxes = await this.glass.locator(".boxes .box").allTextContents();
    const characters = boxes.join("");
    assert.match(characters, /^[0-9A-Z]{4}$/);
    await this.glass.getByRole("img", { name: [...characters].join(" "), exact: true }).waitFor();
    return characters;
  }

  key = (digit) => this.glass.getByRole("group", { name: this.words.digits }).getByRole("button", { name: digit, exact: true });

  /** Types on the number pad, or on a keyboard, each digit when the one before it is there. */
  async type(number, keyboard) {
    for (let typed = 1; typed <= number.length; typed++) {
      const digit = number[typed - 1];
      await (keyboard ? keyboard.press(digit) : this.key(digit).click());
      const name = this.words.typed(number.slice(0, typed), number.length);
      await this.glass.getByRole("img", { name, exact: true }).waitFor();
    }
  }

  get sheet() {
    return this.tab.getByRole("dialog", { name: this.words.sheet });
  }

  /** A finger on the sensor. */
  async unlock() {
    await this.sheet.waitFor();
    await this.sheet.getByRole("button", { name: this.words.finger }).click();
  }

  /** Waits for `next`, and answers the unlock prompt if that comes first. */
  async unlockIfAsked(next) {
    const done = next();
    done.catch(() => {});
    const asked = await Promise.race([done.then(() => false), this.sheet.waitFor().then(() => true, () => false)]);
    if (asked) await this.unlock();
    await done;
  }

  /** Types the number, says yes, and unlocks. */
  async approve(number) {
    await this.type(number);
    await this.press("phone-approve-yes");
    await this.unlock();
  }

  /** The home button: the app goes to the background. */
  async home() {
    await this.glass.getByRole("button", { name: this.words.home, exact: true }).click();
    await this.glass.getByRole("button", { name: this.words.openApp, exact: true }).waitFor();
  }

  async done() {
    await this.press("phone-done");
    await this.heading("phone-accounts-title");
  }

  /** Opens an account from the list. */
  async openAccount(user) {
    await this.glass.getByRole("button").filter({ hasText: user }).click();
    await this.heading("phone-account-title");
  }

  /** From a result or the accounts to the request that waits, if the phone has not gone there by itself. */
  async openRequest() {
    const asked = this.glass.getByRole("heading", { level: 1, name: this.say("phone-approve-title") });
    const waiting = this.glass.locator("section").getByRole("button").first();
    const done = this.button("phone-done");
    for (let screens = 0; screens < 5 && !(await asked.isVisible()); screens++) {
      await asked.or(waiting).or(done).first().waitFor();
      for (const way of [done, waiting]) if (await way.isVisible()) await way.click({ timeout: 1_000 }).catch(() => {});
    }
    await this.heading("phone-approve-title");
  }

  /** The organisation has removed this phone, and the phone says so, at once and in its account, which it opens. */
  async accountEnded(user) {
    await this.heading("phone-account-ended-title");
    await this.says("phone-account-ended-text", { organisation: "Region X" });
    await this.done();
    await this.says("phone-account-ended-title");
    await this.glass.getByRole("listitem").getByRole("button").click();
    await this.heading("phone-account-title");
    await this.shows(user);
    await this.says("phone-account-ended-text", { organisation: "Region X" });
  }

  /** A wrong number of the same length. */
  static wrong = (number) => String((Number(number) + 1) % 10 ** number.length).padStart(number.length, "0");

  /** One of the controls below the phone. */
  control(group, option) {
    return this.controls.getByRole("group", { name: group, exact: true }).getByRole("button", { name: option, exact: true });
  }

  async network(on) {
    await this.control(this.words.network, on ? this.words.networkOn : this.words.networkOff).click();
    await this.glass.getByRole("img", { name: on ? this.words.online : this.words.offline, exact: true }).waitFor();
  }

  async paint(theme) {
    // Not a click: that would take the focus from the screen that is looked at.
    const name = theme === "dark" ? this.words.dark : this.words.light;
    const other = this.tab.getByRole("button", { name, exact: true });
    if (await other.count()) await other.evaluate((button) => button.click());
  }

  /** Pictures of the screen as it is, and axe. */
  look = (name, more = {}) =>
    pictures({
      page: this.tab, language: this.say.language, name: `phone-${name}`, paint: (theme) => this.paint(theme),
      fullPage: false, ...more,
    });
}
