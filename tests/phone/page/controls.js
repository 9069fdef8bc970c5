// The strip below a phone: what goes wrong with real phones. Plainly no part of the app.

import { el, icon } from "./dom.js";
import { control } from "./wire.js";

/** A version that came before all others. */
const OLD_APP = "0.0.1";

/** A strip; `show(data, words)` sets it. `remove` is called for the button that takes the phone away. */
export class Controls {
  constructor(number, remove) {
    Object.assign(this, { number, remove });
    this.node = el("div", { class: "controls", role: "group" });
  }

  show(data, words, removable) {
    const state = JSON.stringify([data.network, data.clock_offset, data.unlock, data.app, data.model, data.ways, words.tool, removable]);
    if (state === this.state) return;
    this.state = state;
    const kept = this.node.contains(document.activeElement) ? document.activeElement.dataset.keep : null;
    this.node.setAttribute("aria-label", `${words.controls}: ${data.model}`);
    this.node.replaceChildren(
      el("p", { class: "controls-title" }, `${data.model} · ${data.system}`),
      this.choice(words.network, "network", data.network, [["on", words.networkOn], ["portal", words.networkPortal], ["off", words.networkOff]]),
      this.choice(words.clock, "clock", data.clock_offset,
        [[-600000, words.clockSlow], [0, words.clockRight], [600000, words.clockFast]]),
      this.choice(words.unlock, "unlock", data.unlock,
        [["ask", words.unlockAsk], ["unlock", words.unlockYes], ["cancel", words.unlockCancel], ["locked_out", words.unlockLocked],
          ["invalidated", words.unlockInvalidated], ["no_screen_lock", words.unlockNone]]),
      this.choice(words.app, "app", data.app, [[data.newest_app, words.appNew], [OLD_APP, words.appOld]]),
      this.ways(words, data.ways),
      el("div", { class: "actions" },
        this.action(words.restart, "restart", () => control(this.number, "restart")),
        removable && this.action(words.remove, "remove", this.remove)));
    if (kept) this.node.querySelector(`[data-keep="${CSS.escape(kept)}"]`)?.focus();
  }

  choice(label, name, chosen, options) {
    return el("div", { class: "choice", role: "group", "aria-label": label },
      el("span", { class: "choice-label" }, label),
      el("span", { class: "options" }, options.map(([value, text]) =>
        el("button", {
          type: "button", "aria-pressed": String(value === chosen), "data-keep": `${name} ${value}`,
          onclick: () => control(this.number, name, value),
        }, text))));
  }

  /** Which ways a wake can come, each to be broken and mended, and which one brought the last. */
  ways(words, ways) {
    const last = ways.find(({ woke }) => woke);
    return el("div", { class: "choice", role: "group", "aria-label": words.ways },
      el("span", { class: "choice-label" }, words.ways),
      el("span", { class: "options" }, ways.map(({ way, works }) =>
        el("button", {
          type: "button", "aria-pressed": String(works), "data-keep": `way ${way}`,
          onclick: () => control(this.number, "way", { way, works: !works }),
        }, words.way[way]))),
      el("span", { class: "woken", role: "status" }, last ? words.woken(words.way[last.way]) : words.notWoken));
  }

  action(text, keep, onclick) {
    return el("button", { type: "button", class: "plain", "data-keep": keep, onclick }, text);
  }
}

/** The tools above all phones: language, theme, what the demo can do besides, one more phone. */
export function tools({ words, dark, canAdd, language, theme, more, add }) {
  return [
    el("p", { class: "tool-name" }, icon("shield", 22), el("span", {}, words.tool)),
    el("button", { type: "button", class: "plain", lang: words.languageTag, onclick: language }, words.language),
    el("button", { type: "button", class: "plain", onclick: theme }, dark ? words.light : words.dark),
    ...more.filter(([text]) => text).map(([text, onclick]) =>
      el("button", { type: "button", class: "plain", onclick }, text)),
    add && el("button", { type: "button", class: "plain", disabled: !canAdd, onclick: add }, words.add),
  ].filter(Boolean);
}
