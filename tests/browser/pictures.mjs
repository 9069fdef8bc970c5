// Pictures of every page and screen, for people to look at: pictures/<language>-<theme>-<width>-<name>.png.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { accessible, readable } from "./axe.mjs";

export const FOLDER = fileURLToPath(new URL("pictures/", import.meta.url));
export const WIDTHS = [390, 1280];
const NARROWEST = 320;

mkdirSync(FOLDER, { recursive: true });

/** Light and dark, narrow and wide, for Swedish. Another language has other words, so once of each is enough. */
const THEMES = (language, width) =>
  language === "sv" ? ["light", "dark"] : width > 600 ? ["dark"] : ["light"];

/** A picture of each, and axe on each. `paint(theme)` sets the theme. */
export async function pictures({ page, language, name, paint, widths = WIDTHS, fullPage = true }) {
  const size = page.viewportSize();
  for (const width of widths) {
    await page.setViewportSize({ width, height: width > 600 ? 900 : 844 });
    for (const theme of THEMES(language, width)) {
      await paint(theme);
      await page.evaluate(() => scrollTo(0, 0));
      const file = `${language}-${theme}-${width}-${name}.png`;
      await page.screenshot({ path: `${FOLDER}${file}`, fullPage });
      await (theme === "light" || language !== "sv" ? accessible : readable)(page, file);
    }
    await paint("light");
  }
  await narrow(page, name);
  await page.setViewportSize(size);
}

/** Nothing stands outside the narrowest screen. */
async function narrow(page, name) {
  await page.setViewportSize({ width: NARROWEST, height: 700 });
  await fits(page, name);
}

/** Nobody has to scroll sideways. */
export async function fits(page, name) {
  const [has, needs] = await page.evaluate(() => [document.documentElement.clientWidth, document.documentElement.scrollWidth]);
  assert.ok(needs <= has, `${name} is ${needs} px wide on a screen of ${has} px`);
}
