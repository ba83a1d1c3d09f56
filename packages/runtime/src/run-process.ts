import { redactLine } from "./redact.ts";

/** Something that runs until it is closed; `close` is false when its grace was not enough. */
export interface Running {
  close(): Promise<boolean>;
}

// One Ctrl-C can arrive twice: from the terminal and from the parent that passes signals on.
const SAME_SIGNAL_MS = 1_000;

/**
 * Runs a process until SIGTERM or SIGINT, then closes it, even when the signal came while it was starting; a second signal, a
 * second later, ends it at once. Whatever fails is told without secrets.
 */
export function runProcess(start: () => Promise<Running>): void {
  process.on("uncaughtException", fail);
  process.on("unhandledRejection", fail);
  const signalled = nextSignal();
  start().then(
    async (running) => {
      await signalled;
      process.exit((await running.close()) ? 0 : 1);
    },
    (error: unknown) => {
      process.stderr.write(`${redactLine(error instanceof Error ? error.message : String(error))}\n`);
      process.exit(1);
    },
  );
}

/** Resolves at the first SIGTERM or SIGINT; a second one, a second later, ends the process at once. */
export function nextSignal(): Promise<void> {
  let firstAt: number | undefined;
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      process.on(signal, () => {
        if (firstAt !== undefined && performance.now() - firstAt > SAME_SIGNAL_MS) process.exit(1);
        firstAt ??= performance.now();
        resolve();
      });
    }
  });
}

function fail(error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${redactLine(text)}\n`);
  process.exit(1);
}
