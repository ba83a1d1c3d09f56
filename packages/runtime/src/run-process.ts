import { redactLine } from "./redact.ts";

/** Something that runs until it is closed; `close` is false when its grace was not enough. */
export interface Running {
  close(): Promise<boolean>;
}

// One Ctrl-C can arrive twice: from the terminal and from the parent that passes signals on.
const SAME_SIGNAL_MS = 1_000;

/** Runs a process until SIGTERM or SIGINT, then closes it; a second signal, a second later, ends it at once. Whatever fails is told without secrets. */
export function runProcess(start: () => Promise<Running>): void {
  process.on("uncaughtException", fail);
  process.on("unhandledRejection", fail);
  start().then(closeOnSignal, (error: unknown) => {
    process.stderr.write(`${redactLine(error instanceof Error ? error.message : String(error))}\n`);
    process.exit(1);
  });
}

function closeOnSignal(running: Running): void {
  let stoppedAt: number | undefined;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (stoppedAt !== undefined) {
        if (performance.now() - stoppedAt > SAME_SIGNAL_MS) process.exit(1);
        return;
      }
      stoppedAt = performance.now();
      running.close().then((clean) => process.exit(clean ? 0 : 1), fail);
    });
  }
}

function fail(error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${redactLine(text)}\n`);
  process.exit(1);
}
