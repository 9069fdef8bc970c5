// What several screens are built from.

import { el, icon, paint } from "./dom.js";

/** The heading; focus moves here on a new screen. */
export const heading = (text, extra = "") => el("h1", { class: extra, tabindex: "-1" }, text);

/** A button; `keep` names it, so that focus survives a redraw. */
export function button(kind, text, onclick, more = {}) {
  const { image, keep = text, ...rest } = more;
  return el("button", { type: "button", class: `button ${kind}`, "data-keep": keep, onclick, ...rest },
    image && icon(image, 22), el("span", {}, text));
}

/** The organisation's letter on its colour. */
export const mark = (sender) => el("span", { class: "mark", "aria-hidden": "true" }, sender.letter);

/** An address may break after its @, and elsewhere only when it must. */
function login(text) {
  const at = text.indexOf("@") + 1;
  return at > 0 ? [text.slice(0, at), el("wbr"), text.slice(at)] : [text];
}

/** Who something is from. */
export function from(sender, first = sender.organisation, second = sender.login) {
  return el("div", { class: "from" }, mark(sender),
    el("div", {}, el("b", {}, first), el("span", { class: "small" }, ...login(second))));
}

/** Something went wrong, or is worth knowing. */
export function note(text, mood = "bad") {
  return text && el("div", { class: `note ${mood}`, role: "status" }, icon("alert", 22), el("p", {}, text));
}

/** Back, at the top. */
export function back(text, onclick) {
  return el("nav", { class: "top" },
    el("button", { type: "button", class: "back", "data-keep": "back", onclick }, icon("back"), el("span", {}, text)));
}

/** A row that leads somewhere. */
export function row(sender, first, second, onclick, keep) {
  return paint(el("li", {},
    el("button", { type: "button", class: "row", "data-keep": keep, onclick }, mark(sender),
      el("span", { class: "lines" }, el("b", {}, first), second), icon("forward", 20))), sender.palette);
}

/** A screen: what scrolls, and what stays below. */
export function screen(kind, body, dock = []) {
  return el("div", { class: `screen ${kind}` }, el("div", { class: "body" }, body),
    dock.length > 0 && el("div", { class: "dock" }, dock));
}
