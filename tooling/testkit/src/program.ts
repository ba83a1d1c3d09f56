import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** One of our programs as a process of its own. */
export interface Program {
  child: ChildProcess;
  /** Everything it wrote to standard output and standard error so far. */
  output(): string;
  /** Resolves with its exit code, or the name of the signal that ended it. */
  exited: Promise<number | string>;
}

/** Starts the program at `main` with nothing in its environment but `env` and the path. */
export function spawnProgram(main: URL, env: Record<string, string>, args: readonly string[] = []): Program {
  const path = process.env.PATH ?? "";
  const child = spawn(process.execPath, [fileURLToPath(main), ...args], {
    env: { PATH: path, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      text += chunk;
    });
  }
  const exited = once(child, "close").then(([code, signal]) => (code ?? signal) as number | string);
  return { child, output: () => text, exited };
}

const START_TIMEOUT_MS = 30_000;

/** Waits until a program has written what the pattern finds, and gives its first group; rejects when it ends without. */
export function written(program: Program, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not up in time:\n${program.output()}`)), START_TIMEOUT_MS);
    program.child.stdout?.on("data", () => {
      const [, found] = pattern.exec(program.output()) ?? [];
      if (found === undefined) return;
      clearTimeout(timer);
      resolve(found);
    });
    program.exited.then((code) => {
      clearTimeout(timer);
      reject(new Error(`ended with ${code}:\n${program.output()}`));
    });
  });
}

/** Ends a program if it still runs. */
export async function killProgram(program: Pick<Program, "child" | "exited"> | undefined): Promise<void> {
  program?.child.kill("SIGKILL");
  await program?.exited;
}
