// Waits for the answer through Tidportalen's own backend, and shows what became of it.
const RETRY = 2000;

async function wait() {
  for (;;) {
    try {
      const answer = await fetch("/wait", { cache: "no-store" });
      if (answer.ok && (await answer.json()).changed) return location.replace("/");
      if (!answer.ok) throw new Error(answer.status);
    } catch {
      await new Promise((again) => setTimeout(again, RETRY));
    }
  }
}

const waiting = document.getElementById("waiting");
if (waiting) {
  waiting.hidden = false;
  wait();
}
