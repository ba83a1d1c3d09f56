import { type DestinationStream, type Logger, pino } from "pino";
import { redactLine } from "./redact.ts";

export type { Logger } from "pino";

/** Where log lines go; the process's standard output by default. */
export type LogDestination = DestinationStream;

/** A file that log lines are added to. */
export function logFile(path: string): LogDestination {
  return pino.destination({ dest: path, sync: false, mkdir: true });
}

/** A logger of JSON lines, each of them without secrets: by the names of fields, and by what secrets look like wherever they stand. */
export function createLog({
  app,
  level,
  destination,
}: {
  app: string;
  level: string;
  destination?: LogDestination;
}): Logger {
  return pino(
    {
      level,
      base: { app, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
      hooks: { streamWrite: redactLine },
    },
    // Written in the background, what gathers meanwhile at once; the rest at the exit.
    destination ?? pino.destination({ fd: 1, sync: false }),
  );
}

const MAX_CAUSES = 4;

/** What a log says of an error: name, code, message, stack and causes; no other property, since libraries put requests there. */
function describeError(error: unknown, depth = 0): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  const cause = error.cause === undefined || depth >= MAX_CAUSES ? undefined : describeError(error.cause, depth + 1);
  return { type: error.name, code, message: error.message, stack: error.stack, cause };
}
