// Waits for the phone and moves the page on. The pages work without it: everything here is a comfort.
(() => {
  "use strict";

  // A result is read once by a screen reader: the heading has the rest as its description.
  document.querySelector("[data-announce]")?.focus();

  for (const input of document.querySelectorAll("[data-characters]")) {
    input.addEventListener("input", () => {
      const clean = (text) => text.replace(/[\s-]/g, "").toUpperCase();
      const caret = clean(input.value.slice(0, input.selectionStart ?? input.value.length)).length;
      input.value = clean(input.value);
      input.setSelectionRange(caret, caret);
    });
  }

  const main = document.querySelector("main[data-wait]");
  if (!main) return;

  const { wait: address, reconnecting, reconnected } = main.dataset;
  const status = document.querySelector("[data-status]");
  const bar = document.querySelector("progress");
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let deadline = performance.now() + Number(main.dataset.left) * 1000;

  const say = (text) => {
    if (status && status.textContent !== text) status.textContent = text;
  };
  const draw = () => {
    if (bar) bar.value = Math.max(0, (deadline - performance.now()) / 1000);
  };
  draw();
  setInterval(draw, calm ? 10_000 : 500);

  // A tab that comes back, or a network that does, is tried at once.
  let wake = () => {};
  const pause = (milliseconds) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  addEventListener("online", () => wake());
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) wake();
  });

  // Not location.reload(): that would ask to send a form again. Without the fragment it is always a new load.
  const again = () => location.replace(location.pathname + location.search);
  addEventListener("pageshow", (event) => {
    if (event.persisted) again();
  });

  const follow = (next) => {
    if (typeof next !== "string" || !next.startsWith("/")) return again();
    const url = new URL(next, location.origin);
    if (url.origin !== location.origin) return again();
    location.replace(url);
  };

  /** One question, which waits for news unless `now`; `undefined` when the service could not be reached. */
  const ask = async (now) => {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), 60_000);
    try {
      const reply = await fetch(now ? `${address}&now=true` : address, {
        credentials: "same-origin",
        cache: "no-store",
        redirect: "error",
        headers: { accept: "application/json" },
        signal: limit.signal,
      });
      // The session or the request is gone: the page itself says what to do. Not at once, or it could loop.
      if (reply.status >= 400 && reply.status < 500 && ![408, 429].includes(reply.status)) {
        await pause(3000);
        return { changed: true };
      }
      return reply.ok ? await reply.json() : undefined;
    } catch {
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  };

  const loop = async () => {
    for (let failures = 0; ; ) {
      const asked = performance.now();
      const news = await ask(failures > 0);
      if (news) {
        if (failures > 0) say(reconnected);
        failures = 0;
        if (news.changed) return follow(news.next);
        if (typeof news.left === "number") deadline = performance.now() + news.left * 1000;
        draw();
        if (performance.now() - asked < 500) await pause(1000);
      } else {
        failures += 1;
        say(reconnecting);
        const longest = Math.min(15_000, 500 * 2 ** failures);
        await pause(longest * (0.5 + Math.random() / 2));
      }
    }
  };
  loop();
})();
