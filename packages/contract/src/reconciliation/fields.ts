import { type Period, PLATFORM_ACTOR, periodOfMonth } from "@payhub/domain";
import { z } from "zod";
import { numberSchema } from "../fields.ts";

const BAD_DAY = "a business day is a date such as 2026-11-20";
const BAD_MONTH = "a month is such as 2026-11";

/** A business day in Asia/Shanghai. */
export const daySchema = z.iso
  .date({ error: BAD_DAY, abort: true })
  .refine((day) => day >= "2000-01-01" && day < "2100-01-01", { error: BAD_DAY });

const monthSchema = z.string({ error: BAD_MONTH }).regex(/^20\d{2}-(0[1-9]|1[0-2])$/, { error: BAD_MONTH });

/** One business day or one month; exactly one of them. */
export const periodFields = { day: daySchema.optional(), month: monthSchema.optional() };

interface DayOrMonth {
  day?: string | undefined;
  month?: string | undefined;
}

/** Whether exactly one of day and month is given. */
export function isOnePeriod({ day, month }: DayOrMonth): boolean {
  return (day === undefined) !== (month === undefined);
}

/** What is said when it is not. */
export const ONE_PERIOD = { error: "give either day or month" };

/** Writes a day or a month as its first and last day. */
export function withPeriod<Input extends DayOrMonth>({
  day,
  month,
  ...rest
}: Input): Omit<Input, "day" | "month"> & Period {
  return { ...rest, ...(day === undefined ? periodOfMonth(month ?? "") : { fromDay: day, toDay: day }) };
}

const BAD_ACTOR =
  "actor is the operator's name, 1 to 64 letters, digits or _ . @ -, and begins with a letter or a digit";

/** The operator who acts, as the console knows them. */
export const actorSchema = z
  .string({ error: BAD_ACTOR })
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}_.@-]{0,63}$/u, { error: BAD_ACTOR })
  .refine((name) => name.normalize("NFKC").toLowerCase() !== PLATFORM_ACTOR, {
    error: "actor: payhub is the platform itself",
  });

const NOTE_CHARACTERS = 500;

/** What the actor has to say. */
export const noteSchema = z
  .string()
  .trim()
  .max(NOTE_CHARACTERS, { error: `note has at most ${NOTE_CHARACTERS} characters` })
  .regex(/^(?:\n|[^\p{Cc}\p{Cs}])*$/u, { error: "note holds a control character" });

/** A note that must not be empty. */
export const neededNoteSchema = noteSchema.min(1, { error: "note: say why; whoever reads the books later asks" });

/** Where a page by day ended. */
export const dayCursorSchema = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}\.\d{1,18}$/, { error: "cursor is what nextCursor held" });

/** Whose money is meant. */
export const scopeFields = {
  accountNo: numberSchema("account").optional(),
  merchantNo: numberSchema("merchant").optional(),
  /** Of a business app its own, which needs not be said. */
  appId: numberSchema("app").optional(),
};
