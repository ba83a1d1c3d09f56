import { spawn } from "node:child_process";
import { constants } from "node:os";
import { delimiter, join } from "node:path";

const forwardedSignals = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Runs a TypeScript program under the workspace's Node, hands it our signals, and resolves to its exit code. */
export function runProgram({ root, program, args }) {
  const bin = join(root, "node_modules", ".bin");
  const env = { ...colorChoice(), ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ""}` };
  const child = spawn(join(bin, "node"), [join(root, program), ...args], { cwd: root, env, stdio: "inherit" });
  for (const signal of forwardedSignals) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}

/** Some tools colour their output on any CI: a log file is easier to read without. */
function colorChoice() {
  return process.stdout.isTTY || process.env.FORCE_COLOR ? {} : { NO_COLOR: "1" };
}
