// One drawn phone: frame, status bar, home screen, notification, unlock prompt, and the app's screen inside.

import { press, showTimeLeft } from "./approve.js";
import { readPicture } from "./camera.js";
import { el, icon } from "./dom.js";
import { draw, name } from "./screens.js";
import { control, touch } from "./wire.js";

/** A phone on the page. `show(data, words)` draws its state; `node` is what stands on the page. */
export class Phone {
  constructor(number, { auto = false, gallery = false } = {}) {
    Object.assign(this, { number, auto, gallery });
    this.bar = el("div", { class: "status-bar" });
    this.app = el("div", { class: "app" });
    this.banner = el("div", { class: "banners" });
    this.sheet = el("div", { class: "sheets" });
    this.live = el("p", { class: "unseen", "aria-live": "polite" });
    this.home = el("button", { type: "button", class: "home", onclick: () => this.goHome() }, el("span", {}));
    this.glass = el("div", { class: "glass" }, this.bar, this.app, this.home);
    this.node = el("section", { class: "phone", "data-phone": number },
      this.glass, this.banner, this.sheet, this.live);
    this.node.addEventListener("paste", (event) => this.pasted(event));
  }

  touch(event, value) {
    return this.gallery ? undefined : touch(this.number, event, value);
  }

  goHome() {
    if (this.data.foreground) this.touch("backgrounded");
  }

  show(data, words) {
    const before = this.data;
    const newWords = words !== this.words;
    Object.assign(this, { data, words });
    this.node.setAttribute("aria-label", words.phoneName(data.model));
    this.node.lang = data.language;
    this.node.dataset.screen = data.foreground ? data.screen.kind : "home";
    this.home.setAttribute("aria-label", words.home);
    if (differs(before, data, ["clock", "network", "language"]) || newWords) this.drawBar();
    if (differs(before, data, ["screen", "foreground", "language"]) || newWords) this.drawApp(before);
    this.home.disabled = !data.foreground;
    if (differs(before, data, ["notification", "foreground"]) || newWords) this.drawBanner();
    if (differs(before, data, ["prompt"]) || newWords) this.drawSheet();
    showTimeLeft(this.app, data.time_left);
  }

  drawBar() {
    const { clock, network, language } = this.data;
    const time = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", timeZone: "Europe/Stockholm", hour12: false });
    this.time = time.format(clock);
    this.bar.replaceChildren(
      el("span", { class: "time" }, this.time),
      el("span", { class: "signs", role: "img", "aria-label": network === "off" ? this.words.offline : this.words.online },
        icon(network === "off" ? "plane" : "wifi", 18), icon("battery", 22)));
  }

  drawApp(before) {
    const { data } = this;
    const isNew = !before || before.foreground !== data.foreground || name(before.screen) !== name(data.screen);
    const focused = this.app.contains(document.activeElement) ? document.activeElement : null;
    const kept = isNew ? null : focused?.dataset.keep;
    const fields = isNew ? [] : [...this.inputs()].map(({ dataset, value }) => [dataset.keep, value]);
    const scrolled = isNew ? 0 : (this.app.firstElementChild?.scrollTop ?? 0);
    const drawn = data.foreground ? draw(data.screen, this.context()) : this.homeScreen();
    drawn.classList.toggle("arriving", isNew && Boolean(before));
    this.app.replaceChildren(drawn);
    drawn.scrollTop = scrolled;
    for (const input of this.inputs()) input.value = new Map(fields).get(input.dataset.keep) ?? input.value;
    const wrong = this.app.querySelector("[aria-invalid]");
    if (wrong && (focused || document.activeElement === document.body)) wrong.focus({ preventScroll: true });
    else if (kept) {
      const again = this.app.querySelector(`[data-keep="${CSS.escape(kept)}"]`) ?? this.app.querySelector('[data-keep="yes"]');
      again?.focus({ preventScroll: true });
    }
    if (!wrong && !kept && before && isNew && (this.node.contains(document.activeElement) || document.activeElement === document.body)) this.focusHeading();
    if (isNew && data.foreground) this.live.textContent = data.announce ?? "";
  }

  inputs() {
    return this.app.querySelectorAll("textarea, input[type=text]");
  }

  focusHeading() {
    this.app.querySelector("h1, .launch")?.focus({ preventScroll: true });
  }

  context() {
    return {
      phone: this.number,
      words: this.words,
      gallery: this.gallery,
      touch: (event, value) => this.touch(event, value),
    };
  }

  homeScreen() {
    const open = el("button", { type: "button", class: "launch", onclick: () => this.touch("foregrounded") },
      el("span", { class: "launch-icon" }, icon("shield", 40)), el("span", {}, "Styrk"));
    open.setAttribute("aria-label", this.words.openApp);
    return el("div", { class: "wallpaper" }, el("p", { class: "large-time", "aria-hidden": "true" }, this.time), open);
  }

  drawBanner() {
    const { notification, foreground } = this.data;
    if (!notification || foreground) return this.banner.replaceChildren();
    this.banner.replaceChildren(
      el("button", { type: "button", class: "banner", onclick: () => this.touch("foregrounded") },
        el("span", { class: "launch-icon" }, icon("shield", 22)),
        el("span", { class: "lines" }, el("span", { class: "small" }, this.words.notification), el("b", {}, notification))));
    this.live.textContent = notification;
  }

  drawSheet() {
    const { prompt } = this.data;
    this.glass.inert = Boolean(prompt);
    if (!prompt) {
      const had = this.sheet.contains(document.activeElement);
      this.sheet.replaceChildren();
      if (had) this.focusHeading();
      return;
    }
    if (this.auto) {
      this.answer("unlock");
      return;
    }
    const finger = el("button", { type: "button", class: "finger", "aria-label": this.words.finger, onclick: () => this.answer("unlock") },
      icon("finger", 56));
    const id = `prompt-${this.number}`;
    this.sheet.replaceChildren(
      el("div", { class: "sheet", role: "dialog", "aria-modal": "true", "aria-labelledby": id },
        el("h2", { id }, this.words.sheet),
        el("p", {}, prompt),
        finger,
        el("p", { class: "small", "aria-hidden": "true" }, this.words.fingerHint),
        el("button", { type: "button", class: "button link", onclick: () => this.answer("cancel") }, this.words.cancel)));
    finger.focus({ preventScroll: true });
  }

  answer(answer) {
    if (!this.gallery) control(this.number, "prompt", answer);
  }

  /** A key of the keyboard; true when the app had use for it. */
  key(key) {
    const { screen, foreground, prompt } = this.data;
    if (!foreground || prompt || screen.kind !== "approve") return false;
    press(screen, this.context(), key);
    return true;
  }

  /** A picture from the clipboard, or a link where no input takes it. */
  pasted(event) {
    const { kind } = this.data.screen;
    if (!["add_account", "scan"].includes(kind)) return;
    const picture = [...event.clipboardData.files].find((file) => file.type.startsWith("image/"));
    const text = event.clipboardData.getData("text").trim();
    if (picture) readPicture(this.number, picture);
    else if (text && kind === "add_account") this.touch("link_opened", text);
    else return;
    event.preventDefault();
  }
}

function differs(before, now, fields) {
  return !before || fields.some((field) => JSON.stringify(before[field]) !== JSON.stringify(now[field]));
}
