// The phone's camera and picture library are this computer's. Codes are looked for by the phone, not here.

import { button } from "./parts.js";
import { el } from "./dom.js";
import { sendFrame, sendPicture } from "./wire.js";

const PAUSE = 250;
const FRAME_WIDTH = 960;
const MAX_BYTES = 2 * 1024 * 1024;
const MAX_SIDE = 1600;

/** Shows the camera in `video` and sends frames until a code is found or the video is gone from the page. */
export async function camera(video, phone, refused) {
  let stream;
  try {
    const wanted = { facingMode: "environment", width: { ideal: 1280 } };
    stream = await navigator.mediaDevices.getUserMedia({ video: wanted });
  } catch {
    return video.isConnected && refused();
  }
  try {
    video.srcObject = stream;
    await video.play();
    while (video.isConnected && !(await found(video, phone))) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  } catch (error) {
    console.warn("camera:", error.message);
  } finally {
    for (const track of stream.getTracks()) track.stop();
  }
}

async function found(video, phone) {
  if (video.videoWidth === 0) return false;
  const blob = await drawn(video, video.videoWidth, video.videoHeight, FRAME_WIDTH, "image/jpeg");
  try {
    return await sendFrame(phone, blob);
  } catch (error) {
    console.warn("frame:", error.message);
    return false;
  }
}

/** A grey copy, at most `side` pixels large. */
function drawn(source, width, height, side, type) {
  const scale = Math.min(1, side / Math.max(width, height));
  const canvas = el("canvas", { width: Math.round(width * scale), height: Math.round(height * scale) });
  const context = canvas.getContext("2d");
  context.filter = "grayscale(1)";
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, type, 0.9));
}

/** A button for a picture file, and the hidden input behind it. */
export function choosePicture(phone, text) {
  const input = el("input", { type: "file", accept: "image/*", hidden: true, "data-input": "picture" });
  input.addEventListener("change", () => {
    if (input.files[0]) readPicture(phone, input.files[0]);
    input.value = "";
  });
  return [input, button("secondary", text, () => input.click(), { image: "picture" })];
}

/** Makes any picture that the browser understands one that the phone takes. */
export async function readPicture(phone, file) {
  let blob = file;
  try {
    const bitmap = await createImageBitmap(file);
    const large = Math.max(bitmap.width, bitmap.height) > MAX_SIDE || file.size > MAX_BYTES;
    if (large || !["image/png", "image/jpeg"].includes(file.type)) {
      blob = await drawn(bitmap, bitmap.width, bitmap.height, MAX_SIDE, "image/jpeg");
    }
  } catch {
    // Not a picture to this browser either: the app is told, and says so.
  }
  return sendPicture(phone, blob);
}
