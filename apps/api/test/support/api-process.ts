import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const START_TIMEOUT_MS = 30_000;

/** An api as a process of its own. */
export interface ApiProcess {
  url: string;
  child: ChildProcess;
  /** Everything it wrote to standard output and standard error so far. */
  output(): string;
  /** Resolves with its exit code, or the name of the signal that ended it. */
  exited: Promise<number | string>;
}

/** Starts an api; rejects with what it wrote when it ends instead of listening. */
export async function startApiProcess(env: Record<string, string>): Promise<ApiProcess> {
  const { child, output, exited } = spawnApi(env);
  const url = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not up in time:\n${output()}`)), START_TIMEOUT_MS);
    child.stdout?.on("data", () => {
      const [, found] = /"url":"(http[^"]+)"/.exec(output()) ?? [];
      if (!found) return;
      clearTimeout(timer);
      resolve(found);
    });
    exited.then((code) => {
      clearTimeout(timer);
      reject(new Error(`ended with ${code}:\n${output()}`));
    });
  });
  return { url, child, output, exited };
}

/** Starts an api without waiting for it. */
export function spawnApi(env: Record<string, string>): Omit<ApiProcess, "url"> {
  const path = process.env.PATH ?? "";
  const child = spawn(process.execPath, [MAIN], { env: { PATH: path, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      text += chunk;
    });
  }
  const exited = once(child, "close").then(([code, signal]) => (code ?? signal) as number | string);
  return { child, output: () => text, exited };
}

/** Ends a process if it still runs. */
export async function kill(api: Pick<ApiProcess, "child" | "exited"> | undefined): Promise<void> {
  api?.child.kill("SIGKILL");
  await api?.exited;
}
