// Debian's chromium, kept inside this machine, and a watch over everything that its pages do.

import { chromium } from "playwright-core";

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-background-networking",
  "--disable-component-update",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
];
const LOCALES = { sv: "sv-SE", en: "en-GB" };

/** Starts it. `camera` is a y4m file that its camera shows; `env` replaces its environment. */
export function launch({ camera, env } = {}) {
  const video = camera
    ? ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", `--use-file-for-fake-video-capture=${camera}`]
    : [];
  return chromium.launch({ executablePath: "/usr/bin/chromium", args: [...ARGUMENTS, ...video], env });
}

/** Somebody's browser: cookies of its own, in a language. Everything that it should not do is noted. */
export class Visitor {
  static async open(browser, demo, language, options = {}) {
    const context = await browser.newContext({
      locale: LOCALES[language],
      viewport: { width: 1280, height: 900 },
      reducedMotion: "reduce",
      colorScheme: "light",
      timezoneId: "Europe/Stockholm",
      ...options,
    });
    // Long enough for a machine that is busy with something else.
    context.setDefaultTimeout(30_000);
    return new Visitor(context, demo);
  }

  constructor(context, demo) {
    Object.assign(this, { context, demo, wrong: [], expected: [] });
    const own = [demo.service, demo.phone, demo.application].map((address) => new URL(address).host);
    context.on("request", (request) => {
      const url = new URL(request.url());
      if (!["data:", "blob:"].includes(url.protocol) && !own.includes(url.host)) this.note(`left for ${url.origin}`);
    });
    context.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) this.note(`console: ${message.text()}`);
    });
    context.on("weberror", (error) => this.note(`script: ${error.error().message}`));
  }

  note(text) {
    if (!this.expected.some((pattern) => pattern.test(text))) this.wrong.push(text);
  }

  /** From here on this is no defect: the browser itself complains of what the test does. */
  expect(pattern) {
    this.expected.push(pattern);
  }

  async close() {
    await this.context.close();
    return this.wrong;
  }
}
