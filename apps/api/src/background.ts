import type { Logger } from "@payhub/runtime";

/** Work that goes on after its request was answered, and that a graceful shutdown waits for. */
export interface Background {
  /** Starts a task; its failure is logged with `about`. */
  run(task: () => Promise<void>, about: Readonly<Record<string, string>>): void;
  /** Resolves when no task is running. */
  idle(): Promise<void>;
}

export function createBackground(log: Logger): Background {
  const running = new Set<Promise<void>>();
  return {
    run(task, about) {
      const done = task()
        .catch((err: unknown) => log.error({ ...about, err }, "work after an answer failed"))
        .finally(() => running.delete(done));
      running.add(done);
    },
    async idle() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
