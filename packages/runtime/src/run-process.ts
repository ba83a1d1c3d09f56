import { redactLine } from "./redact.ts";

/** Something that runs until it is closed; `close` is false when its grace was not enough. */
export interface Running {
  close(): Promise<boolean>;
}

/** Runs a process until SIGTERM or SIGINT, then closes it; a second signal ends it at once. Whatever fails is told without secrets. */
export function runProcess(start: () => Promise<Running>): void {
  process.on("uncaughtException", fail);
  process.on("unhandledRejection", fail);
  start().then(closeOnSignal, (error: unknown) => {
    process.stderr.write(`${redactLine(error instanceof Error ? error.message : String(error))}\n`);
    process.exit(1);
  });
}

function closeOnSignal(running: Running): void {
  let stopping = false;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      running.close().then((clean) => process.exit(clean ? 0 : 1), fail);
    });
  }
}

function fail(error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${redactLine(text)}\n`);
  process.exit(1);
}
