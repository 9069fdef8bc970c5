// The two pictures of the README: `node readme-pictures.mjs` writes pictures/readme-pages.png and readme-phone.png.

import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { launch, Visitor } from "./browser.mjs";
import { ANNA, Demo } from "./demo.mjs";
import { Page } from "./page.mjs";
import { Phone } from "./phone.mjs";
import { FOLDER } from "./pictures.mjs";
import { registered } from "./steps.mjs";
import { texts } from "./texts.mjs";

const MOST = 200 * 1024;
// A typeface that people have, in place of what this machine calls its own.
const fonts = join(mkdtempSync(join(tmpdir(), "styrk-fonts-")), "fonts.conf");
writeFileSync(fonts, `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
  <include>/etc/fonts/fonts.conf</include>
  <match target="pattern"><test name="family" compare="not_eq"><string>Inter</string></test>
    <edit name="family" mode="prepend" binding="strong"><string>Inter</string></edit></match></fontconfig>`);
const browser = await launch({ env: { ...process.env, FONTCONFIG_FILE: fonts } });
const demo = await Demo.start();
const visitors = [];

/** What the steps need of a stage, in one language, a little sharper than usual. */
function stage(language) {
  const visitor = async (options) => {
    const one = await Visitor.open(browser, demo, language, { deviceScaleFactor: 1.25, ...options });
    visitors.push(one);
    return one;
  };
  const self = { demo, language, say: texts(language) };
  self.page = async (options) => {
    const one = await visitor(options);
    return new Page(await one.context.newPage(), self, one);
  };
  self.phone = async () => {
    const one = await visitor({ viewport: { width: 900, height: 1150 } });
    const phone = new Phone(await one.context.newPage(), self, one);
    await phone.open();
    return phone;
  };
  return self;
}

/** Pictures beside each other on a table, `width` pixels wide in all. */
async function lay(file, height, ...pictures) {
  const tab = await (await browser.newContext({ viewport: { width: 1200, height } })).newPage();
  const images = pictures.map(({ png, height: tall, frame }) =>
    `<img src="data:image/png;base64,${png.toString("base64")}" height="${tall}" class="${frame ? "frame" : "phone"}">`);
  await tab.setContent(`<style>
    body { margin: 0; height: ${height}px; display: flex; align-items: center; justify-content: space-evenly; background: #c9cec9; }
    .phone { border-radius: 36px; }
    .frame { border-radius: 12px; box-shadow: 0 12px 40px -16px #0006; }
  </style>${images.join("")}`);
  await tab.screenshot({ path: `${FOLDER}${file}` });
  const { size } = statSync(`${FOLDER}${file}`);
  if (size > MOST) throw new Error(`${file} has ${size} bytes`);
  console.log(`${FOLDER}${file}: ${size} bytes`);
}

const window = async (page) => ({ png: await page.tab.screenshot(), height: 560, frame: true });
const glass = async (phone, height) => ({ png: await phone.glass.screenshot({ omitBackground: true }), height });

try {
  const swedish = stage("sv");
  const { page, phone } = await registered(swedish, ANNA);
  await page.tab.setViewportSize({ width: 860, height: 740 });
  const number = await page.signInToNumber(ANNA);
  await phone.heading("phone-approve-title");
  await phone.type(number);
  await lay("readme-pages.png", 640, await window(page), await glass(phone, 600));

  const asked = await glass(phone, 620);
  await phone.press("phone-approve-yes");
  await phone.unlock();
  await phone.heading("phone-approved-title");
  const approved = await glass(phone, 620);
  await phone.done();
  await page.heading("page-apps-title");
  await page.signOut();
  await page.signInToNumber(ANNA);
  await phone.heading("phone-approve-title");
  await phone.paint("dark");
  await lay("readme-phone.png", 660, await glass(phone, 620), asked, approved);
} finally {
  await Promise.all(visitors.map((visitor) => visitor.close()));
  await browser.close();
  await demo.stop();
  rmSync(dirname(fonts), { recursive: true });
}
