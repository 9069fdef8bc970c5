// A camera made of a picture: chromium shows a y4m file as if it were filmed.

import { writeFileSync } from "node:fs";
import { PNG } from "pngjs";

const [WIDTH, HEIGHT] = [640, 480];
const WALL = 120;

/** Writes what a camera sees that looks at `screenshot` (PNG) against a grey wall. */
export function film(screenshot, file) {
  const { width, height, data } = PNG.sync.read(screenshot);
  if (width > WIDTH || height > HEIGHT) throw new Error(`${width}×${height} does not fit in front of the camera`);
  const [left, top] = [(WIDTH - width) >> 1, (HEIGHT - height) >> 1];
  const light = Buffer.alloc(WIDTH * HEIGHT, WALL);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [red, green, blue] = data.subarray(4 * (y * width + x));
      light[(top + y) * WIDTH + left + x] = Math.round(16 + 0.257 * red + 0.504 * green + 0.098 * blue);
    }
  }
  const colour = Buffer.alloc((WIDTH * HEIGHT) / 2, 128);
  const frame = Buffer.concat([Buffer.from("FRAME\n"), light, colour]);
  writeFileSync(file, Buffer.concat([Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420jpeg\n`), frame, frame]));
}
