import { spawn } from "node:child_process";
import { constants } from "node:os";
import { join } from "node:path";

const forwardedSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Runs every vitest project, narrowed to files whose path contains a filter, and resolves to vitest's exit code. */
export function runVitest(options: {
  root: string;
  filters: readonly string[];
  reportPath: string;
  env: NodeJS.ProcessEnv;
}): Promise<number> {
  const { root, filters, reportPath, env } = options;
  const program = join(root, "node_modules", "vitest", "vitest.mjs");
  const args = [program, "run", ...filters, "--reporter=default", "--reporter=json", `--outputFile.json=${reportPath}`];
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ["ignore", "inherit", "inherit"] });
  const forward = (signal: NodeJS.Signals) => void child.kill(signal);
  for (const signal of forwardedSignals) process.on(signal, forward);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      for (const forwarded of forwardedSignals) process.off(forwarded, forward);
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
}
