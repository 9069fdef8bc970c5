// The request: every fact that was signed, the number, and the three answers.

import { el, icon } from "./dom.js";
import { button, from, heading, note, screen } from "./parts.js";
import { pending } from "./wire.js";

/** What was typed here and has not come back yet: fast fingers do not wait for the phone. */
const typing = new Map();

function entered(data, phone) {
  const ahead = typing.get(phone);
  return ahead?.request === data.request && pending(phone) > 0 ? ahead.entered : data.entered;
}

/** A digit or "Backspace", from the pad or the keyboard. False when there was nothing to do with it. */
export function press(data, app, key) {
  const now = entered(data, app.phone);
  const next = key === "Backspace" ? now.slice(0, -1) : now.length < data.digits ? now + key : now;
  if (next === now) return false;
  typing.set(app.phone, { request: data.request, entered: next });
  app.touch("number_entered", next);
  return true;
}

// When all digits are there the pad makes room: whoever says yes sees every fact.
export function approve(data, app) {
  const facts = data.facts.map((fact) =>
    el("div", {}, el("dt", {}, fact.label), el("dd", { class: fact.value.length > 26 ? "long" : "" }, fact.value)));
  return screen("approve", [
    from(data.sender, data.from),
    heading(data.title),
    note(data.notice),
    el("dl", { class: "facts" }, facts),
    el("p", { class: "small advice" }, data.advice),
    data.others && button("link others", data.others, () => app.touch("back"), { keep: "others" }),
  ], [
    el("div", { class: "time-left", hidden: true }, el("span", { class: "bar" }), el("span", { class: "small" })),
    el("p", { class: "ask", id: `ask-${app.phone}` }, data.input),
    el("div", { class: "number" }, boxes(data, app), data.ready && erase(app, data)),
    !data.ready && pad(data, app),
    button("primary", data.yes, () => app.touch("approve"), { disabled: !data.ready, keep: "yes" }),
    el("div", { class: "pair" },
      button("danger", data.no, () => app.touch("not_me"), { keep: "no" }),
      button("secondary", data.cancel, () => app.touch("cancel_sign_in"), { keep: "cancel" })),
  ].filter(Boolean));
}

function boxes(data, app) {
  const typed = entered(data, app.phone);
  const all = Array.from({ length: data.digits }, (_, index) => {
    const state = index < typed.length ? "" : index === typed.length ? "next" : "empty";
    return el("span", { class: `box ${state}` }, typed[index] ?? "");
  });
  const label = app.words.typed(typed, data.digits);
  return el("div", { class: `boxes digits-${data.digits}`, role: "img", "aria-label": label }, all);
}

function pad(data, app) {
  const key = (digit) =>
    el("button", { type: "button", class: "key", "data-keep": `key ${digit}`, onclick: () => press(data, app, digit) },
      digit);
  return el("div", { class: "pad", role: "group", "aria-label": app.words.digits, "aria-describedby": `ask-${app.phone}` },
    [..."123456789"].map(key), el("span", {}), key("0"), erase(app, data));
}

function erase(app, data) {
  return el("button", {
    type: "button", class: "key erase", "aria-label": app.words.erase, "data-keep": "key erase",
    onclick: () => press(data, app, "Backspace"),
  }, icon("erase"));
}

/** Time goes on without a redraw, and without a word to screen readers. */
export function showTimeLeft(node, timeLeft) {
  const line = node.querySelector(".time-left");
  if (!line) return;
  line.hidden = !timeLeft;
  if (!timeLeft) return;
  const most = Math.max(Number(line.dataset.most ?? 0), timeLeft.seconds, 1);
  line.dataset.most = most;
  line.firstElementChild.style.setProperty("--left", timeLeft.seconds / most);
  line.lastElementChild.textContent = timeLeft.text;
  line.classList.toggle("soon", timeLeft.seconds <= 15);
}
