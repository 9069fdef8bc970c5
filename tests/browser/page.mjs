// The service's pages, by the roles and names that people see and hear.

import assert from "node:assert/strict";
import { FOLDER, pictures } from "./pictures.mjs";

/** In milliseconds. Shorter than a long poll (25 s): what comes within it came as news. How fast it came is not tested. */
export const MOMENT = 15_000;

export class Page {
  constructor(tab, stage, visitor) {
    Object.assign(this, { tab, stage, visitor, say: stage.say, service: stage.demo.service });
  }

  /** Another tab of the same browser. */
  async another() {
    return new Page(await this.visitor.context.newPage(), this.stage, this.visitor);
  }

  goto = (path) => this.tab.goto(new URL(path, this.service).href);

  button = (key, args) => this.tab.getByRole("button", { name: this.say(key, args), exact: true });

  link = (key, args) => this.tab.getByRole("link", { name: this.say(key, args), exact: true });

  press = (key, args) => this.button(key, args).click();

  follow = (key, args) => this.link(key, args).click();

  /** Waits until the page's heading says this. */
  async heading(key, args, timeout) {
    await this.headed(this.say(key, args), timeout);
  }

  async headed(name, timeout) {
    try {
      await this.tab.getByRole("heading", { level: 1, name, exact: true }).waitFor({ timeout });
    } catch {
      const shown = await this.tab.getByRole("main").innerText({ timeout: 500 }).catch(() => "no page");
      throw new Error(`expected the page “${name}” at ${this.tab.url()}, but it shows:\n${shown}`);
    }
  }

  /** The page says this somewhere. */
  async says(key, args) {
    await this.shows(this.say(key, args));
  }

  async shows(text) {
    try {
      await this.tab.getByText(text).first().waitFor();
    } catch {
      throw new Error(`expected “${text}” on the page, but it shows:\n${await this.tab.locator("body").innerText()}`);
    }
  }

  path = () => new URL(this.tab.url()).pathname;

  /** What has the focus: role or tag, and text. */
  focused = () => this.tab.evaluate(() => document.activeElement.tagName.toLowerCase());

  /** A result is announced by the focus on its heading. */
  async announced(key, args) {
    await this.heading(key, args);
    assert.equal(await this.focused(), "h1", `${key}: the heading has the focus`);
  }

  /** Fills in the form that stands there. */
  async fillIn(user, password = this.stage.demo.password) {
    await this.tab.getByLabel(this.say("page-sign-in-login"), { exact: true }).fill(user.login);
    await this.tab.getByLabel(this.say("page-sign-in-password"), { exact: true }).fill(password);
    await this.press("page-sign-in-button");
  }

  async signIn(user, password) {
    await this.goto("/");
    await this.heading("page-sign-in-title");
    await this.fillIn(user, password);
  }

  /** To the number, of a user who has a phone. */
  async signInToNumber(user) {
    await this.signIn(user);
    await this.heading("page-number-title");
    return this.number();
  }

  /** To the code, of a user who has no phone; returns the link that it holds. */
  async signInToCode(user) {
    await this.signIn(user);
    await this.heading("page-register-intro-title");
    await this.press("page-register-intro-start");
    await this.heading("page-register-code-title");
    return this.enrolmentLink();
  }

  enrolmentLink = () => this.link("page-register-code-here").getAttribute("href");

  /** The number as it stands there: digits alone. */
  async number() {
    const label = this.say("page-number-label");
    const text = (await this.tab.locator("#number").textContent()).trim();
    assert.ok(text.startsWith(label), `the number has a label: ${text}`);
    const digits = text.slice(label.length).trim();
    assert.match(digits, /^\d{2,}$/);
    return digits;
  }

  async typeCharacters(characters) {
    await this.tab.getByLabel(this.say("page-register-characters-label"), { exact: true }).fill(characters);
    await this.press("page-continue");
  }

  async signOut() {
    await this.press("page-sign-out");
    await this.heading("page-sign-in-title");
    await this.says("page-sign-in-signed-out");
  }

  cookies = async () => (await this.visitor.context.cookies()).map((cookie) => cookie.name).sort();

  picture = (name) => `${FOLDER}${this.say.language}-light-390-page-${name}.png`;

  /** Pictures of the page as it is, and axe. */
  look = (name, more = {}) =>
    pictures({
      page: this.tab, language: this.say.language, name: `page-${name}`,
      paint: (colorScheme) => this.tab.emulateMedia({ colorScheme }), ...more,
    });
}
