import { spawn } from "node:child_process";
import { once } from "node:events";
import { openSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../../../apps/api/src/main.ts", import.meta.url));
const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 30_000;
const POLL_MS = 50;

/** Our api as a process of its own. */
export interface ApiProcess {
  url: string;
  pid: number;
  stop(): Promise<void>;
}

/** Starts the api as in production, its log in a file. */
export async function startApiProcess(options: {
  env: Record<string, string>;
  logPath: string;
  profileDir: string | undefined;
}): Promise<ApiProcess> {
  const { env, logPath, profileDir } = options;
  const profiling = profileDir === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileDir}`];
  const log = openSync(logPath, "a");
  const child = spawn(process.execPath, [...profiling, MAIN], {
    env: { PATH: process.env.PATH ?? "", NODE_ENV: "production", ...env },
    stdio: ["ignore", log, log],
  });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const gone = once(child, "exit").finally(() => process.off("exit", kill));
  const lines = () => readFileSync(logPath, "utf8");
  return {
    url: await addressIn(lines, () => child.exitCode !== null),
    pid: child.pid ?? 0,
    async stop() {
      child.kill("SIGTERM");
      const force = setTimeout(kill, STOP_TIMEOUT_MS);
      await gone;
      clearTimeout(force);
    },
  };
}

async function addressIn(lines: () => string, isGone: () => boolean): Promise<string> {
  const until = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < until) {
    const [, url] = /"url":"(http[^"]+)"/.exec(lines()) ?? [];
    if (url) return url;
    if (isGone()) break;
    await sleep(POLL_MS);
  }
  throw new Error(`the api did not start:\n${lines()}`);
}
