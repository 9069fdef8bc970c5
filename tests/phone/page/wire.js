// What goes between this page and the phones: their state in, touches and pictures out.

/** Calls `shown` with every state and `contact` with true or false. Returns a function that ends it. */
export function listen(language, shown, contact) {
  let socket;
  let ended = false;
  let wait = 250;
  const open = () => {
    const address = new URL("/live", location.href);
    address.protocol = address.protocol.replace("http", "ws");
    address.searchParams.set("lang", language);
    socket = new WebSocket(address);
    socket.addEventListener("message", (message) => {
      wait = 250;
      contact(true);
      shown(JSON.parse(message.data));
    });
    socket.addEventListener("close", () => {
      if (ended) return;
      contact(false);
      setTimeout(() => ended || open(), wait);
      wait = Math.min(wait * 2, 4000);
    });
  };
  open();
  return () => {
    ended = true;
    socket.close();
  };
}

/** One after the other for each phone: touches must not overtake each other. */
const queues = new Map();
const waiting = new Map();

function queue(phone, task) {
  waiting.set(phone, pending(phone) + 1);
  const done = (queues.get(phone) ?? Promise.resolve())
    .then(task)
    .catch((error) => console.warn("not sent:", error.message))
    .finally(() => waiting.set(phone, pending(phone) - 1));
  queues.set(phone, done);
  return done;
}

/** How many touches of `phone` are on their way. */
export function pending(phone) {
  return waiting.get(phone) ?? 0;
}

async function request(path, method, body, type) {
  const headers = type ? { "content-type": type } : {};
  const answer = await fetch(path, { method, body, headers });
  const json = answer.headers.get("content-type") === "application/json" ? await answer.json() : {};
  if (!answer.ok) throw new Error(json.message ?? `${path}: ${answer.status}`);
  return json;
}

const post = (path, value) => request(path, "POST", JSON.stringify(value), "application/json");

/** The user did something in the app. */
export function touch(phone, event, value) {
  return queue(phone, () => post(`/phones/${phone}/event`, { event, value }));
}

/** A control beside the phone. */
export function control(phone, name, value) {
  return queue(phone, () => post(`/phones/${phone}/control`, { control: name, value }));
}

export const addPhone = () => request("/phones", "POST");
export const setOff = (tool) => request(`/tools/${tool}`, "POST");
export const removePhone = (phone) => request(`/phones/${phone}`, "DELETE");

/** A camera frame; true when there was a code in it. */
export async function sendFrame(phone, blob) {
  return (await request(`/phones/${phone}/frame`, "POST", blob, blob.type)).found;
}

/** A picture that was chosen or pasted; the app itself says when there is no code in it. */
export function sendPicture(phone, blob) {
  return queue(phone, () => request(`/phones/${phone}/picture`, "POST", blob, blob.type || "image/png"));
}
