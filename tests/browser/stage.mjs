// What every test stands on: a demo, visitors and phones, and an end at which nothing may have gone wrong unseen.

import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { launch, Visitor } from "./browser.mjs";
import { Demo } from "./demo.mjs";
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

  async end() {
    const wrong = (await Promise.all(this.visitors.map((visitor) => visitor.close()))).flat();
    await Promise.all(this.browsers.map((own) => own.close()));
    const errors = await this.demo.stop();
    return [...wrong, ...errors.map((line) => `demo: ${line}`)];
  }
}

/** A test in Swedish and one in English. */
export function journey(name, play) {
  for (const language of LANGUAGES) {
    test(`${name} [${language}]`, { timeout: 120_000 }, async () => {
      const stage = new Stage(await Demo.start(), language);
      let wrong;
      try {
        await play(stage);
      } finally {
        wrong = await stage.end();
      }
      assert.deepEqual(wrong, [], "nothing left this machine, and no console spoke");
    });
  }
}
