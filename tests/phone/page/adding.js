// The screens on the way to a new account.

import { camera, choosePicture } from "./camera.js";
import { el, icon } from "./dom.js";
import { back, button, from, heading, note, screen } from "./parts.js";

export function addAccount(data, { touch, phone }) {
  return screen("add", [
    back(data.back, () => touch("back")),
    heading(data.title),
    el("p", { class: "lead" }, data.lead),
    note(data.problem),
    el("p", { class: "small why" }, data.why),
  ], [
    button("primary", data.scan, () => touch("choose_scan"), { image: "camera" }),
    ...choosePicture(phone, data.picture),
    button("secondary", data.link, () => touch("choose_link"), { image: "link" }),
    button("link", data.typed, () => touch("choose_typed"), { keep: "typed" }),
  ]);
}

export function scan(data, { touch, phone, words, gallery }) {
  const video = el("video", { muted: true, playsinline: true, "aria-label": words.viewfinder });
  if (!gallery) camera(video, phone, () => touch("camera_refused"));
  return screen("scan", [
    back(data.back, () => touch("back")),
    heading(data.title),
    el("div", { class: "finder" }, video),
    el("p", { class: "small" }, data.why),
  ], [
    ...choosePicture(phone, data.picture),
    button("link", data.link, () => touch("choose_link"), { image: "link" }),
  ]);
}

export function pasteLink(data, { touch }) {
  const field = el("textarea", {
    rows: "4", autocomplete: "off", autocapitalize: "off", spellcheck: "false", "data-keep": "link", id: "link",
    "aria-label": data.title,
  });
  const open = () => {
    const link = field.value.trim();
    if (link === "") field.focus();
    else touch("link_opened", link);
  };
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    open();
  });
  return screen("paste", [
    back(data.back, () => touch("back")), heading(data.title), note(data.problem), field,
  ], [button("primary", data.add, open)]);
}

export function typeCode(data, { touch, phone }) {
  const form = el("form", { class: "fields", novalidate: true }, data.inputs.map((input) => field(input, `typed-${phone}-${input.name}`)));
  const send = () => {
    const { login, code, server } = form.elements;
    touch("code_typed", { login: login.value, code: code.value, server: server?.value ?? "" });
  };
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    send();
  });
  return screen("type", [
    back(data.back, () => touch("back")), heading(data.title), el("p", { class: "lead" }, data.lead), form,
  ], [button("primary", data.add, send)]);
}

const KEYBOARDS = { login: "email", code: "text", server: "url" };

function field({ name, label, value, wrong }, id) {
  return el("div", {},
    el("label", { for: id }, label),
    el("input", {
      id, name, value, type: "text", inputmode: KEYBOARDS[name], autocomplete: "off", spellcheck: "false", "data-keep": name,
      autocapitalize: name === "code" ? "characters" : "none",
      "aria-invalid": wrong && "true", "aria-describedby": wrong && `${id}-wrong`,
    }),
    wrong && el("p", { class: "wrong", id: `${id}-wrong` }, icon("alert", 20), el("span", {}, wrong)));
}

export function confirm(data, { touch }) {
  return screen("confirm", [
    el("div", { class: "card" }, from(data.sender)),
    heading(data.title),
    el("p", { class: "lead" }, data.question),
  ], [
    button("primary", data.yes, () => touch("confirmed")),
    button("secondary", data.cancel, () => touch("back")),
  ]);
}

export function characters(data, { touch }) {
  const boxes = [...data.characters].map((character) => el("span", { class: "box" }, character));
  return screen("characters", [
    el("p", { class: "small" }, data.step),
    heading(data.title),
    el("div", { class: "boxes four", role: "img", "aria-label": [...data.characters].join(" ") }, boxes),
    el("p", { class: "lead" }, data.why),
  ], [button("link", data.cancel, () => touch("back"))]);
}
