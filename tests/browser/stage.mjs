// What every test stands on: a demo, visitors and phones, and an end at which nothing may have gone wrong unseen.

import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { launch, Visitor } from "./browser.mjs";
import { Demo, IPHONE } from "./demo.mjs";
import { Page } from "./page.mjs";
import { Phone } from "./phone.mjs";
import { LANGUAGES, texts } from "./texts.mjs";

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

class Stage {
  constructor(demo, language) {
    Object.assign(this, { demo, language, say: texts(language), visitors: [], browsers: [] });
  }

  /** A browser with cookies of its own. */
  async visitor(options) {
    const visitor = await Visitor.open(browser, this.demo, this.language, options);
    this.visitors.push(visitor);
    return visitor;
  }

  /** Another chromium, whose camera shows a file. */
  async visitorWithCamera(camera) {
    const own = await launch({ camera });
    this.browsers.push(own);
    const visitor = await Visitor.open(own, this.demo, this.language);
    this.visitors.push(visitor);
    return visitor;
  }

  /** The service in a fresh browser. */
  async page(options) {
    const visitor = await this.visitor(options);
    return new Page(await visitor.context.newPage(), this, visitor);
  }

  /** The remote screen of phone `number`. */
  async phone(number = 1) {
    const visitor = await this.visitor({ viewport: { width: 900, height: 1150 } });
    const phone = new Phone(await visitor.context.newPage(), this, visitor, number);
    await phone.open();
    return phone;
  }

  /** Lays a second phone on the table, the way people do it, and opens `link` on it. */
  async secondPhone(link) {
    const { tool, language } = this.say;
    const visitor = await this.visitor();
    const table = await visitor.context.newPage();
    await table.goto(`${this.demo.phone}/?lang=${language}&theme=light`);
    await table.getByRole("button", { name: tool.add, exact: true }).click();
    await table.locator('.phone[data-phone="2"]').waitFor();
    await table.goto(link);
    const chooser = table.getByRole("dialog", { name: tool.chooseTitle });
    await chooser.getByRole("button", { name: `2. ${IPHONE}` }).click();
    await chooser.waitFor({ state: "detached" });
    return this.phone(2);
  }

  async end() {
    const wrong = (await Promise.all(this.visitors.map((visitor) => visitor.close()))).flat();
    await Promise.all(this.browsers.map((own) => own.close()));
    const errors = await this.demo.stop();
    return [...wrong, ...errors.map((line) => `demo: ${line}`)];
  }
}

async function play(story, language, options) {
  const stage = new Stage(await Demo.start(...options), language);
  let wrong;
  try {
    await story(stage);
  } finally {
    wrong = await stage.end();
  }
  assert.deepEqual(wrong, [], "nothing left this machine, and no console spoke");
}

/** A test in Swedish and English, side by side, each with a demo of its own, started with these options. */
export function journey(name, story, ...options) {
  test(name, { concurrency: LANGUAGES.length }, (both) =>
    Promise.all(LANGUAGES.map((language) => both.test(language, { timeout: 180_000 }, () => play(story, language, options)))));
}
