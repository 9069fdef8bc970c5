// Every screen at once, from samples: for whoever changes how they look. ?lang=sv|en, ?theme=light|dark.

import { tools } from "./controls.js";
import { el } from "./dom.js";
import { Phone } from "./phone.js";
import { words } from "./words.js";

const query = new URLSearchParams(location.search);
const language = query.get("lang") === "en" ? "en" : "sv";
const dark = query.get("theme") === "dark";
const only = query.get("kind");

function go(name, value) {
  query.set(name, value);
  location.search = query;
}

document.documentElement.lang = language;
document.documentElement.dataset.theme = dark ? "dark" : "light";
document.querySelector("#tools").append(...tools({
  words: words(language), dark,
  language: () => go("lang", words(language).languageTag),
  theme: () => go("theme", dark ? "light" : "dark"),
}));

const answer = await fetch(`/gallery.json?lang=${language}`);
const samples = await answer.json();
const home = { ...samples[1], number: 101, foreground: false, notification: query.get("lang") === "en" ? "New sign-in request" : "Ny begäran om inloggning" };
const asked = samples.find((sample) => sample.screen.ready);
const prompt = { ...asked, number: 102, prompt: asked.screen.title };
for (const sample of [...samples, home, prompt]) {
  if (only && sample.screen.kind !== only) continue;
  const phone = new Phone(sample.number, { gallery: true });
  document.querySelector("#phones").append(el("div", { class: "place" }, phone.node));
  phone.show(sample, words(language));
}
