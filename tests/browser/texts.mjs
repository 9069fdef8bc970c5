// The sentences of texts/{sv,en}.ftl, read from the sources: what a page says is compared with them, not with a copy.

import { readFileSync } from "node:fs";

export const LANGUAGES = ["sv", "en"];

/** The words of the test tool around the simulated phone: they stand in its own page. */
const tool = readFileSync(new URL("../phone/page/words.js", import.meta.url), "utf8");
const { words: toolWords } = await import(`data:text/javascript,${encodeURIComponent(tool)}`);

/** `say("page-code-time", { minutes: 9 })`. An unknown key or a missing parameter is an error. */
export function texts(language) {
  const messages = parse(readFileSync(new URL(`../../texts/${language}.ftl`, import.meta.url), "utf8"));
  const rules = new Intl.PluralRules(language);
  const say = (key, args = {}) => {
    const message = messages.get(key);
    if (message === undefined) throw new Error(`${language}.ftl has no ${key}`);
    const value = (name) => {
      if (args[name] === undefined) throw new Error(`${key} needs ${name}`);
      return String(args[name]);
    };
    return message
      .replace(/\{\s*\$(\w+)\s*->([\s\S]*?)\n\s*\}/g, (_, name, body) => variant(body, rules.select(Number(value(name)))))
      .replace(/\{\s*\$(\w+)\s*\}/g, (_, name) => value(name));
  };
  return Object.assign(say, { language, tool: toolWords(language) });
}

function variant(body, category) {
  const found = [...body.matchAll(/(\*?)\[(\w+)\]\s*(.*)/g)];
  const chosen = found.find(([, , name]) => name === category) ?? found.find(([, star]) => star);
  return chosen[3].trim();
}

/** Messages by key. A message goes on for as long as its lines are indented. */
function parse(source) {
  const messages = new Map();
  let key = null;
  for (const line of source.split("\n")) {
    const begins = /^([a-z][a-z0-9-]*) =\s*(.*)$/.exec(line);
    if (begins) messages.set((key = begins[1]), begins[2]);
    else if (key && /^\s+\S/.test(line)) messages.set(key, `${messages.get(key)}\n${line}`);
    else key = null;
  }
  return messages;
}
