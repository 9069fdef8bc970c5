// The screens that need nothing special. Each takes the screen's JSON and returns an element.

import { addAccount, characters, confirm, pasteLink, scan, typeCode } from "./adding.js";
import { approve } from "./approve.js";
import { el, icon, paint } from "./dom.js";
import { back, button, from, heading, note, row, screen } from "./parts.js";

const DRAW = {
  accounts, add_account: addAccount, scan, paste_link: pasteLink, type_code: typeCode, confirm, working, characters, approve, result, account,
  remove_account: removeAccount, settings,
};

/** Draws any screen. `app` has `touch(event, value)`, the phone's number and the tool's words. */
export function draw(data, app) {
  const drawn = DRAW[data.kind](data, app);
  return data.sender ? paint(drawn, data.sender.palette) : drawn;
}

/** The same name means: the same screen, perhaps with other content. */
export const name = (data) => [data.kind, data.request ?? data.account ?? data.title].join(" ");

function accounts(data, { touch }) {
  const line = data.checking ?? data.notice;
  const rows = data.accounts.map((account) =>
    row(account.sender, account.sender.organisation,
      el("span", { class: account.trouble ? "small bad" : "small" }, account.trouble ?? account.user),
      () => touch("open_account", account.id), `account ${account.id}`));
  const waiting = data.waiting.map((request) =>
    row(request.sender, request.application,
      el("span", { class: "small" }, `${request.sender.organisation} · ${request.at}`),
      () => touch("open_request", request.id), `request ${request.id}`));
  const settings = el("button", {
    type: "button", class: "round", "aria-label": data.settings, "data-keep": "settings",
    onclick: () => touch("open_settings"),
  }, icon("sliders"));
  const drawn = screen("accounts", [
    el("div", { class: "title" }, heading(data.title), settings),
    waiting.length > 0 && el("section", {}, el("h2", {}, data.waiting_title), el("ul", { class: "rows" }, waiting)),
    rows.length > 0
      ? el("ul", { class: "rows" }, rows)
      : el("div", { class: "nothing" }, el("span", { class: "big" }, icon("shield", 52)), el("p", {}, data.empty)),
    el("p", { class: "status small", role: "status" }, data.checking && el("span", { class: "spinner" }), line ?? ""),
    rows.length > 0 && button("link", data.refresh, () => touch("refresh"), { keep: "refresh" }),
  ], [button("primary", data.add, () => touch("add_account"), { image: "plus", keep: "add" })]);
  pulled(drawn, () => touch("refresh"));
  return drawn;
}

/** A finger or a mouse that draws the list down by a thumb's width. */
function pulled(list, refresh) {
  let start = null;
  list.addEventListener("pointerdown", (event) => (start = list.scrollTop === 0 ? event.clientY : null));
  list.addEventListener("pointerup", (event) => {
    if (start !== null && event.clientY - start > 60) refresh();
    start = null;
  });
}

function working(data, { touch }) {
  return screen("centred", [
    back(data.back, () => touch("back")), el("span", { class: "spinner large" }), heading(data.title),
  ]);
}

function result(data, { touch }) {
  const image = { good: "check", bad: "cross", neutral: "dash" }[data.mood];
  return screen("centred", [
    el("span", { class: `big ${data.mood}` }, icon(image, 56)),
    heading(data.title),
    el("p", { class: "lead" }, data.text),
    data.code && el("p", { class: "small code" }, data.code),
  ], [
    data.retry && button("primary", data.retry, () => touch("retry")),
    button("secondary", data.done, () => touch("done")),
  ].filter(Boolean));
}

function account(data, { touch }) {
  return screen("account", [
    back(data.back, () => touch("back")),
    heading(data.title),
    el("div", { class: "card" }, from(data.sender, data.sender.organisation, data.user)),
    data.trouble_title && note(`${data.trouble_title}. ${data.trouble_text}`),
    el("p", { class: "lead" }, data.sender.login),
    el("p", { class: "small" }, data.host, el("br"), data.added),
  ], [button(data.trouble_title ? "danger" : "link bad", data.remove, () => touch("remove_account"))]);
}

function removeAccount(data, { touch }) {
  return screen("remove", [
    from(data.sender), heading(data.title), el("p", { class: "lead" }, data.text),
  ], [
    button("danger solid", data.yes, () => touch("remove_confirmed")),
    button("secondary", data.cancel, () => touch("back")),
  ]);
}

function settings(data, { touch }) {
  const languages = data.languages.map((language) =>
    el("li", {}, el("button", {
      type: "button", class: "row", role: "radio", "aria-checked": String(language.chosen), lang: language.tag ?? undefined,
      "data-keep": `language ${language.tag ?? "phone"}`, onclick: () => touch("choose_language", language.tag),
    }, el("span", { class: "lines" }, el("b", {}, language.name)), language.chosen && icon("check", 22))));
  for (const item of languages) item.setAttribute("role", "none");
  return screen("settings", [
    back(data.back, () => touch("back")),
    heading(data.title),
    el("h2", {}, data.language),
    el("ul", { class: "rows", role: "radiogroup", "aria-label": data.language }, languages),
  ], [el("p", { class: "small centre" }, data.about)]);
}
