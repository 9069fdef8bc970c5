// Builds the demo and plays every journey, two files at a time: each has a demo and a browser of its own. Arguments choose files: `node run.mjs 2-sign-in`.

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = fileURLToPath(new URL("../../", import.meta.url));

function run(command, args, cwd) {
  const { status, error } = spawnSync(command, args, { cwd, stdio: "inherit" });
  if (error) console.error(`${command}: ${error.message}`);
  return status ?? 1;
}

if (!existsSync(`${here}node_modules`)) {
  const status = run("npm", ["ci"], here);
  if (status !== 0) process.exit(status);
}
// STYRK_DEMO names a demo that is built already.
if (!process.env.STYRK_DEMO) {
  const status = run("cargo", ["build", "-q", "--locked", "--workspace", "--bins", "--lib", "--tests"], root);
  if (status !== 0) process.exit(status);
}
const wanted = process.argv.slice(2);
const files = readdirSync(here)
  .filter((name) => name.endsWith(".test.mjs"))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  .sort();
if (files.length === 0) {
  console.error(`no test is named ${wanted.join(" or ")}`);
  process.exit(1);
}
process.exit(run("node", ["--test", "--test-concurrency=2", "--test-reporter=spec", ...files], here));
