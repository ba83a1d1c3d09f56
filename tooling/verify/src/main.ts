import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import { steps } from "./steps.ts";

const root = resolve(import.meta.dirname, "../../..");

const failed = steps.filter(({ name, command, args }) => {
  const startedAt = performance.now();
  console.log(`\n■ ${name}`);
  const program = join(root, "node_modules/.bin", command);
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: "inherit" });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`■ ${name}: ${status === 0 ? "ok" : `failed${error ? ` (${error.message})` : ""}`}, ${seconds} s`);
  return status !== 0;
});

console.log(failed.length === 0 ? "\nverify: ok" : `\nverify: failed: ${failed.map(({ name }) => name).join(", ")}`);
process.exitCode = failed.length === 0 ? 0 : 1;
