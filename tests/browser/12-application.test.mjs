// An application of the organisation, in a process of its own, that gets its approvals through the API.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { ANNA, BO, ORGANISATION } from "./demo.mjs";
import { MOMENT, Page } from "./page.mjs";
import { Phone } from "./phone.mjs";
import { pictures } from "./pictures.mjs";
import { journey } from "./stage.mjs";
import { registered } from "./steps.mjs";

const TIDPORTALEN = "Tidportalen";
const WORDS = JSON.parse(readFileSync(new URL("../demo/src/tidportalen/words.json", import.meta.url), "utf8"));

/** Tidportalen in a browser. Its words are its own. */
class Application extends Page {
  static async open(stage, options) {
    const visitor = await stage.visitor(options);
    const application = new Application(await visitor.context.newPage(), stage, visitor);
    application.words = WORDS[stage.language];
    await application.goto("/");
    return application;
  }

  goto = (path) => this.tab.goto(new URL(path, this.stage.demo.application).href);

  press = (word) => this.tab.getByRole("button", { name: this.words[word], exact: true }).click();

  /** Asks for this address, with the button that stands there. */
  async ask(login, button = "start") {
    await this.tab.getByLabel(this.words.email, { exact: true }).fill(login);
    await this.press(button);
    await this.headed(this.words.number_title);
    return this.number();
  }

  async number() {
    const text = await this.tab.locator("#number").textContent();
    const [, digits] = /^(\d{2,})$/.exec(text.replace(this.words.number_label, "").trim()) ?? assert.fail(text);
    return digits;
  }

  /** It says how it ended and what to do next, aloud too. */
  async ended(end, timeout = MOMENT) {
    const [title, text] = this.words.ends[end];
    await this.headed(title, timeout);
    assert.equal(await this.focused(), "h1", "the end is announced");
    await this.shows(text);
    await this.look(`ended-${end}`);
  }

  async greets(user) {
    await this.headed(this.words.signed_in.replace("{user}", user.login), MOMENT);
  }

  look = (name) =>
    pictures({
      page: this.tab, language: this.say.language, name: `application-${name}`,
      paint: (colorScheme) => this.tab.emulateMedia({ colorScheme }),
    });
}

journey("the phone approves, and the application greets by itself", async (stage) => {
  const { phone } = await registered(stage, ANNA);
  const application = await Application.open(stage);
  await application.headed(application.words.title);
  await application.look("form");
  const number = await application.ask(ANNA.login);
  await application.shows(application.words.waiting);
  await phone.heading("phone-approve-title", {}, MOMENT);
  await phone.says("phone-approve-sender", { organisation: ORGANISATION });
  await phone.fact("phone-fact-to", TIDPORTALEN);
  assert.match(await phone.shown(), /Chrome/);
  await application.look("number");
  await phone.approve(number);
  await application.greets(ANNA);
  assert.equal(await application.focused(), "h1", "it is announced");
  await phone.heading("phone-approved-title", {}, MOMENT);
  await phone.done();
  await application.look("signed-in");
  await application.tab.reload();
  await application.greets(ANNA);
  assert.equal(await (await fetch(stage.demo.application)).text().then((page) => page.includes(ANNA.login)), false);
  await application.press("sign_out");
  await application.shows(application.words.signed_out);
  await application.look("signed-out");
  await application.goto("/");
  await application.headed(application.words.title);
});

journey("what did not become an approval is told, and what to do next", async (stage) => {
  const { phone } = await registered(stage, ANNA);
  const application = await Application.open(stage);
  await application.ask(ANNA.login);
  const asked = () => phone.heading("phone-approve-title", {}, MOMENT);
  await asked();
  await phone.press("phone-approve-cancel");
  await application.ended("denied");
  await phone.done();

  await application.ask(ANNA.login, "again");
  await asked();
  await phone.press("phone-approve-no");
  await application.ended("reported");
  await phone.done();

  const number = await application.ask(ANNA.login, "again");
  await asked();
  await phone.type(Phone.wrong(number));
  await phone.press("phone-approve-yes");
  await phone.unlock();
  await application.ended("wrong_number");
  await phone.done();

  await application.ask(ANNA.login, "again");
  await asked();
  await application.press("cancel");
  await application.ended("cancelled");
  await phone.heading("phone-cancelled-title", {}, MOMENT);
  await phone.done();

  await application.ask(ANNA.login, "again");
  await asked();
  await stage.demo.advance(90);
  await application.ended("expired");
});

journey("an unknown user and one without a phone wait and expire like one who does not answer", async (stage) => {
  const pages = await Promise.all(["nobody@regionx.example", BO.login].map(async (login) => {
    const application = await Application.open(stage);
    await application.ask(login);
    return application;
  }));
  await stage.demo.advance(45);
  for (const application of pages) {
    await application.tab.reload();
    await application.headed(application.words.number_title);
  }
  await stage.demo.advance(46);
  for (const application of pages) await application.ended("expired");
});

journey("the application without script: a button does what the page would have done", async (stage) => {
  const { phone } = await registered(stage, ANNA);
  const application = await Application.open(stage, { javaScriptEnabled: false });
  const number = await application.ask(ANNA.login);
  const instead = application.tab.locator("noscript");
  assert.equal(await instead.locator("p").textContent(), application.words.by_hand);
  await instead.locator("button").click();
  await application.headed(application.words.number_title);
  assert.equal(await application.number(), number);
  await phone.heading("phone-approve-title", {}, MOMENT);
  await phone.approve(number);
  await phone.heading("phone-approved-title", {}, MOMENT);
  await instead.locator("button").click();
  await application.greets(ANNA);
  await application.press("sign_out");
  await application.shows(application.words.signed_out);
});
