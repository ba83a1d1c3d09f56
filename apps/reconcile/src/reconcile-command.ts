import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { parseEnv } from "node:util";
import { PayhubError } from "@payhub/domain";
import { createLog, killAt, nextSignal, redactLine, systemClock } from "@payhub/runtime";
import { describeDay } from "./command/describe.ts";
import { type CommandOptions, readOptions, USAGE } from "./command/options.ts";
import { printDay } from "./command/print-day.ts";
import { startProgress } from "./command/progress.ts";
import { type CommandEnd, runCommand } from "./command/run-command.ts";
import { selectDays } from "./command/select-days.ts";
import { closeReconcileContext, openReconcileContext } from "./context.ts";
import { readEnv } from "./env.ts";
import { nameHolder } from "./holder.ts";

const EXIT_CODES = { explained: 0, open: 1, failed: 2 } as const satisfies Record<CommandEnd, number>;
const COULD_NOT_RUN = 2;
const STOPPED = 130;
const MAX_ACTOR_CHARACTERS = 64;

/** Reconciles days by hand; its exit code is told in {@link USAGE}. */
async function main(stop: AbortSignal): Promise<number> {
  const options = readOptions(process.argv.slice(2), systemClock.now());
  if (!options) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const variables = readVariables(options);
  const env = readEnv(variables);
  const log = { app: "reconcile-command", level: variables.PAYHUB_LOG_LEVEL ? env.logLevel : "warn" };
  const progress = startProgress({ stream: process.stderr, isShown: isTerminal() });
  const destination = { write: progress.write };
  const ctx = await openReconcileContext({ ...env, fault: killAt(env.killAt) }, createLog({ ...log, destination }));
  try {
    const days = await selectDays(ctx.store.db, options);
    if (days.length === 0) progress.write("no active account was open on these days\n");
    progress.begin(days.length);
    const end = await runCommand(ctx, days, {
      holder: nameHolder(ctx.random),
      // No operator of the platform is called so, whatever the machine's users are called.
      requestedBy: `shell:${userInfo().username}`.slice(0, MAX_ACTOR_CHARACTERS),
      progress,
      signal: stop,
      tell: (report) => {
        const text = options.json ? printDay(report) : `${describeDay(report, redactLine(env.billStore.url))}\n`;
        if (isTerminal()) progress.write(text);
        else process.stdout.write(text);
      },
    });
    return EXIT_CODES[end];
  } finally {
    progress.stop();
    await closeReconcileContext(ctx);
  }
}

/** A bar and a summary share the screen; either of them in a file goes there by itself. */
function isTerminal(): boolean {
  return process.stdout.isTTY && process.stderr.isTTY;
}

/** The environment's own variables come before a file's. */
function readVariables({ envFile }: CommandOptions): Readonly<Record<string, string | undefined>> {
  if (envFile === undefined) return process.env;
  try {
    return { ...parseEnv(readFileSync(envFile, "utf8")), ...process.env };
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
    throw new PayhubError("INVALID_INPUT", `--variables ${envFile} cannot be read (${reason})`, { cause: error });
  }
}

function explain(error: unknown): string {
  if (error instanceof PayhubError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}

const stopping = new AbortController();
void nextSignal().then(() => stopping.abort());
main(stopping.signal).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const stopped = stopping.signal.aborted;
    const words = stopped ? "stopped; the same command goes on where it was" : explain(error);
    process.stderr.write(`${redactLine(words)}\n`);
    process.exitCode = stopped ? STOPPED : COULD_NOT_RUN;
  },
);
