import { addDays, type BillLine, boundsOfDay } from "@payhub/domain";
import type { Backend } from "@payhub/testkit";
import { afterAll } from "vitest";
import { DAY, type Desk, type DeskOptions, itemOf, openDesk } from "./desk.ts";

export const HOUR_MS = 3_600_000;
/** The day after {@link DAY}, and the moment at which it begins. */
export const NEXT = addDays(DAY, 1);
export const MIDNIGHT = boundsOfDay(DAY).toMs;

/** What tests of an account's days do with their desk, which is always the one that was opened last. */
export function daysOf(backend: Backend) {
  let last: Desk | undefined;
  afterAll(() => last?.close());

  function desk(): Desk {
    if (!last) throw new Error("no desk is open");
    return last;
  }

  return {
    async open(options: DeskOptions = {}): Promise<Desk> {
      last = await openDesk(backend, { ...options, after: last });
      return last;
    },
    bill(day: string, ...lines: BillLine[]): void {
      desk().bank.trade.set(
        day,
        lines.map((line) => itemOf(line)),
      );
    },
    nextMorning(): void {
      desk().platform.clock.set(boundsOfDay(NEXT).toMs + 11 * HOUR_MS);
    },
    /** A day's differences in a few words each. */
    async shown(day = DAY): Promise<string[]> {
      return (await desk().differences(day))
        .map(({ differenceClass, cause, differenceState, delta }) =>
          [differenceClass, cause, differenceState, delta].join(" "),
        )
        .toSorted();
    },
    /** The account's rows of a table. */
    own<Table extends "day_total" | "fund_flow_total" | "bill_file">(table: Table) {
      const { ctx, account } = desk();
      return ctx.store.db
        .selectFrom<"day_total" | "fund_flow_total" | "bill_file">(table)
        .selectAll(table)
        .where("accountNo", "=", account.accountNo)
        .orderBy("id")
        .execute();
    },
  };
}
