import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** What a worker can be asked to do: one input, one answer each. */
export type Verbs = Record<string, (input: never) => Promise<unknown>>;

/** A process of ours that answers verbs. */
export interface Worker<V extends Verbs> {
  pid: number;
  ask<N extends keyof V & string>(verb: N, input: Parameters<V[N]>[0]): Promise<Awaited<ReturnType<V[N]>>>;
  stop(): Promise<void>;
}

interface Question {
  id: number;
  verb: string;
  input: unknown;
}

interface Answer {
  id: number;
  result?: unknown;
  error?: string;
}

/** Starts a program that calls `answerParent`. */
export async function startWorker<V extends Verbs>(program: URL): Promise<Worker<V>> {
  const child = fork(fileURLToPath(program), {
    serialization: "advanced",
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  await once(child, "spawn");
  const ask = questions(child);
  return {
    pid: child.pid ?? 0,
    ask: (verb, input) => ask(verb, input) as ReturnType<Worker<V>["ask"]>,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}

function questions(child: ChildProcess): (verb: string, input: unknown) => Promise<unknown> {
  const waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  let asked = 0;
  child.on("message", ({ id, result, error }: Answer) => {
    const asker = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) asker?.resolve(result);
    else asker?.reject(new Error(error));
  });
  child.once("exit", (code, signal) => {
    for (const { reject } of waiting.values()) reject(new Error(`a worker ended with ${code ?? signal}`));
  });
  return (verb, input) =>
    new Promise((resolve, reject) => {
      const id = ++asked;
      waiting.set(id, { resolve, reject });
      child.send({ id, verb, input } satisfies Question);
    });
}

/** Answers the parent's questions until the parent is gone. */
export function answerParent(verbs: Verbs): void {
  process.on("disconnect", () => process.exit());
  process.on("message", async ({ id, verb, input }: Question) => {
    const answer = await answerTo(verbs, verb, input);
    process.send?.({ id, ...answer } satisfies Answer);
  });
}

async function answerTo(verbs: Verbs, verb: string, input: unknown): Promise<Omit<Answer, "id">> {
  try {
    return { result: await verbs[verb]?.(input as never) };
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
