// One demo: the real service, simulated phones and a clock that can be turned. Each test has its own.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const BINARY = fileURLToPath(new URL(process.env.STYRK_DEMO ?? "../../target/debug/demo", import.meta.url));

/** The users of the demo's organisation. */
export const ANNA = { name: "Anna Andersson", login: "anna.andersson@regionx.example", mobile: true };
export const BO = { name: "Bo Berg", login: "bo.berg@regionx.example", mobile: false };
export const ORGANISATION = "Region X";
export const APPLICATIONS = ["Journalen", "Tidportalen", "Samarbete"];
export const SUPPORT = "026-00 00 00";
export const PIXEL = "Pixel 9";
export const IPHONE = "iPhone 15";

export class Demo {
  static async start(...options) {
    const child = spawn(BINARY, ["--port", "0", "--json", ...options], { stdio: ["ignore", "pipe", "pipe"] });
    const errors = [];
    createInterface(child.stderr).on("line", (line) => errors.push(line));
    const [line] = await Promise.race([
      once(createInterface(child.stdout), "line"),
      once(child, "exit").then(() => Promise.reject(new Error(`the demo does not start: ${errors.join("\n")}`))),
    ]);
    return Object.assign(new Demo(), JSON.parse(line), { child, errors });
  }

  get host() {
    return new URL(this.service).host;
  }

  async #post(path, value) {
    const body = value && JSON.stringify(value);
    const headers = value ? { "content-type": "application/json" } : {};
    const answer = await fetch(`${this.control}${path}`, { method: "POST", body, headers });
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer.text();
  }

  /** Moves the clock of service and phones. */
  advance = (seconds) => this.#post("/clock", { seconds });

  /** IT support makes a pass. */
  pass = (user) => this.#post("/pass", { user: user.login });

  stopService = () => this.#post("/service/stop");

  startService = () => this.#post("/service/start");

  /** Ends it; what it logged as an error until then is an error of the test. */
  async stop() {
    const errors = [...this.errors];
    if (this.child.exitCode === null) {
      this.child.kill("SIGINT");
      await once(this.child, "exit");
    }
    return errors;
  }
}
