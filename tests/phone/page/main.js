// The remote screen. ?lang=sv|en, ?theme=light|dark, ?phone=1 (only that one), ?auto=1 (unlock prompts say yes).

import { Controls, tools } from "./controls.js";
import { el } from "./dom.js";
import { Phone } from "./phone.js";
import { addPhone, listen, removePhone, setOff, touch } from "./wire.js";
import { words } from "./words.js";

const query = new URLSearchParams(location.search);
const only = Number(query.get("phone")) || null;
const auto = query.get("auto") === "1";
const shown = new Map();
let language = query.get("lang") ?? remembered("lang") ?? (navigator.language.startsWith("sv") ? "sv" : "en");
let theme = query.get("theme") ?? remembered("theme") ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
let link = takeLink();
let stop = () => {};
let state = { phones: [], can_add: false, tools: [] };

function remembered(name) {
  return localStorage.getItem(`styrk-phone-${name}`);
}

function remember(name, value) {
  localStorage.setItem(`styrk-phone-${name}`, value);
  if (!query.has(name)) return;
  query.set(name, value);
  history.replaceState(null, "", `${location.pathname}?${query}`);
}

/** The enrolment link that brought us here. Its fragment is a secret and leaves the address bar at once. */
function takeLink() {
  if (location.pathname !== "/e" || location.hash.length < 2) return null;
  const taken = `${location.origin}/e${location.hash}`;
  history.replaceState(null, "", `/${location.search}`);
  return taken;
}

function connect() {
  stop();
  stop = listen(language, show, (there) => {
    document.querySelector("#contact").textContent = there ? "" : words(language).lost;
  });
}

function show(next) {
  state = next;
  const mine = state.phones.filter((phone) => !only || phone.number === only);
  const ground = document.querySelector("#phones");
  for (const [number, parts] of shown) {
    if (mine.some((phone) => phone.number === number)) continue;
    parts.place.remove();
    shown.delete(number);
  }
  for (const phone of mine) {
    if (!shown.has(phone.number)) shown.set(phone.number, place(phone.number));
    const parts = shown.get(phone.number);
    parts.phone.show(phone, words(phone.language));
    parts.controls.show(phone, words(language), state.phones.length > 1);
  }
  ground.append(...mine.map((phone) => shown.get(phone.number).place).filter((node) => !node.isConnected));
  frame();
  if (link && mine.length > 0) open(mine);
}

function place(number) {
  const phone = new Phone(number, { auto });
  const controls = new Controls(number, () => removePhone(number));
  return { phone, controls, place: el("div", { class: "place" }, phone.node, controls.node) };
}

/** What stands around the phones. */
function frame() {
  const root = document.documentElement;
  root.lang = language;
  root.dataset.theme = theme;
  const bar = document.querySelector("#tools");
  const looks = JSON.stringify([language, theme, state.can_add, state.tools]);
  if (bar.dataset.looks === looks) return;
  bar.dataset.looks = looks;
  const focused = [...bar.children].indexOf(document.activeElement);
  bar.replaceChildren(...tools({
    words: words(language), dark: theme === "dark", canAdd: state.can_add,
    language: () => {
      language = words(language).languageTag;
      remember("lang", language);
      connect();
    },
    theme: () => {
      theme = theme === "dark" ? "light" : "dark";
      remember("theme", theme);
      frame();
    },
    more: only ? [] : state.tools.map((name) =>
      [words(language).tools[name], () => setOff(name).catch((error) => console.warn(error.message))]),
    add: only ? null : () => addPhone().catch((error) => console.warn(error.message)),
  }));
  bar.children[focused]?.focus();
}

/** Hands the link to the only phone, or asks which. */
function open(phones) {
  const taken = link;
  link = null;
  const send = (phone) => {
    if (!phone.foreground) touch(phone.number, "foregrounded");
    touch(phone.number, "link_opened", taken);
  };
  if (phones.length === 1) return send(phones[0]);
  const dialog = el("dialog", { class: "chooser", "aria-labelledby": "chooser-title" },
    el("h2", { id: "chooser-title" }, words(language).chooseTitle),
    phones.map((phone) => el("button", {
      type: "button", class: "plain",
      onclick: () => {
        dialog.close();
        send(phone);
      },
    }, `${phone.number}. ${phone.model}`)));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/** Digits reach the phone that has the focus, or the only one that asks for a number. */
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("textarea, dialog")) return;
  if (!/^[0-9]$/.test(event.key) && event.key !== "Backspace") return;
  const phones = [...shown.values()].map((parts) => parts.phone);
  const near = phones.filter((phone) => phone.node.contains(document.activeElement));
  const asking = phones.filter((phone) => phone.data.foreground && phone.data.screen.kind === "approve");
  const target = near[0] ?? (asking.length === 1 ? asking[0] : null);
  if (target?.key(event.key)) event.preventDefault();
});

/** A paste that hit nothing goes to the only phone that waits for a picture. */
document.addEventListener("paste", (event) => {
  if (event.target.closest?.(".phone, textarea, dialog")) return;
  const phones = [...shown.values()].map((parts) => parts.phone);
  if (phones.length === 1) phones[0].pasted(event);
});

addEventListener("hashchange", () => {
  link = takeLink() ?? link;
  if (link) show(state);
});

frame();
connect();
