// Nothing that axe-core can find may be wrong.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const SOURCE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Looks at the whole page, by every rule. `where` names it in the error. */
export const accessible = (page, where) => run(page, where, TAGS);

/** Looks at its colours alone: all that another theme changes. */
export const readable = (page, where) => run(page, where, ["color-contrast"]);

async function run(page, where, rules) {
  // Through the debugger, which the content security policy does not see.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(SOURCE);
  const violations = await page.evaluate(async (runOnly) => {
    const result = await window.axe.run(document, { runOnly, resultTypes: ["violations"] });
    return result.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.html} (${node.failureSummary})`));
  }, rules);
  assert.deepEqual(violations, [], `axe: ${where}`);
}
