import { parseArgs } from "node:util";
import { addDays, boundsOfDay, businessDay, PayhubError } from "@payhub/domain";

/** What the command line asked for. */
export interface CommandOptions {
  /** Oldest first. */
  days: readonly string[];
  /** Empty for every account. */
  accountNos: readonly string[];
  json: boolean;
  /** A file of variables that the environment does not set; not `--env-file`, which Node itself takes wherever it stands. */
  envFile: string | undefined;
}

const MAX_DAYS = 93;

export const USAGE = `usage: npm run reconcile -- [options]
  --date DAY|FROM..TO   a day that is over, or several, in Asia/Shanghai (default yesterday; at most ${MAX_DAYS} days)
  --account ACCOUNT_NO  only this account; may be given several times (default every account)
  --json                print one line of JSON for each account and day instead of the summary
  --variables FILE      read PAYHUB_ variables from a file; the environment's own come first
  --help
exit: 0 all money is explained, 1 differences are open or a bill is missing, 2 it could not run, 130 it was stopped`;

/** Reads the command line at a moment in epoch ms; undefined when help was asked for. Throws `PayhubError` `INVALID_INPUT`. */
export function readOptions(args: readonly string[], nowMs: number): CommandOptions | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  const today = businessDay(nowMs);
  const accountNos = [...new Set(values.account)];
  if (accountNos.includes("")) throw refusal("account", "--account is an account's number");
  return {
    days: readDays(values.date ?? addDays(today, -1), today),
    accountNos,
    json: values.json,
    envFile: values.variables,
  };
}

function readDays(text: string, today: string): string[] {
  const [from = "", to = from, ...more] = text.split("..");
  if (more.length > 0 || !isDay(from) || !isDay(to)) {
    throw refusal("date", "--date is a day, 2026-11-20, or the first and last of several, 2026-11-01..2026-11-20");
  }
  if (from > to) throw refusal("date", `--date begins with ${from}, which is after ${to}`);
  if (to >= today) throw refusal("date", `--date names ${to}, and today is ${today}: a day has a bill when it is over`);
  const days: string[] = [];
  for (let day = from; day <= to; day = addDays(day, 1)) {
    if (days.push(day) > MAX_DAYS) throw refusal("date", `--date names more than ${MAX_DAYS} days: take them in parts`);
  }
  return days;
}

function isDay(text: string): boolean {
  try {
    boundsOfDay(text);
    return true;
  } catch {
    return false;
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        date: { type: "string" },
        account: { type: "string", multiple: true, default: [] },
        json: { type: "boolean", default: false },
        variables: { type: "string" },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    throw new PayhubError("INVALID_INPUT", `${error instanceof Error ? error.message : String(error)}\n${USAGE}`, {
      cause: error,
    });
  }
}

function refusal(field: string, message: string): PayhubError {
  return new PayhubError("INVALID_INPUT", message, { details: { field } });
}
