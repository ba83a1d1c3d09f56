// One command on a bare machine: `node tooling/bootstrap/run.mjs <verb> [args…]`. Must run on Node 20 without node_modules.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { installIfStale } from "./install.mjs";
import { runProgram } from "./run-program.mjs";
import { verbs } from "./verbs.mjs";

const root = resolve(import.meta.dirname, "../..");
const [verb, ...args] = process.argv.slice(2);

if (!Object.hasOwn(verbs, verb ?? "")) {
  console.error(`payhub: say one of ${Object.keys(verbs).join(", ")}`);
  process.exit(2);
}
try {
  installIfStale(root);
  const program = verbs[verb];
  if (!existsSync(join(root, program))) throw new Error(`payhub: ${program} does not exist`);
  process.exitCode = await runProgram({ root, program, args });
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
