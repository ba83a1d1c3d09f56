import { addDays, type Difference, type DifferenceCause, type Statement } from "@payhub/domain";
import type { BillMatch, BillSpoil } from "@payhub/simulator";
import { expect } from "vitest";
import { runDueReconciliations } from "../../src/reconciliation/due.ts";
import { exportTable } from "../../src/reconciliation/export/export.ts";
import { reconcileDay } from "../../src/reconciliation/reconcile-day.ts";
import { getStatement } from "../../src/reconciliation/statement/get-statement.ts";
import { CONSOLE } from "../differences.ts";
import { CHANNELS, type ChannelName } from "../refunds.ts";
import type { Market } from "./market.ts";

/** A difference as a test expects it; `about` is the refund's number, or else the order's. */
export interface Expected
  extends Pick<Difference, "differenceClass" | "cause" | "proposedFix" | "differenceState" | "delta"> {
  about?: string;
}

const NEW_BILL = { proposedFix: "ask_for_new_bill", differenceState: "open" } as const;
const BY_HAND = { proposedFix: "check_by_hand", differenceState: "open" } as const;
const REPAIRED = { proposedFix: "none", differenceState: "repaired" } as const;

/** How each cause is to be dealt with. */
const ENDS = {
  never_heard: REPAIRED,
  late_money: REPAIRED,
  unknown_order: REPAIRED,
  refund_not_heard: REPAIRED,
  bill_wrong: NEW_BILL,
  written_twice: NEW_BILL,
  unreadable: NEW_BILL,
  sums_differ: NEW_BILL,
  fee_rate: BY_HAND,
  foreign_order: BY_HAND,
  channel_silent: BY_HAND,
  refund_past_payhub: { proposedFix: "record_refund", differenceState: "open" },
  near_midnight: { proposedFix: "wait_for_next_day", differenceState: "open" },
  other_day: { proposedFix: "none", differenceState: "resolved" },
  one_cent_switch: { proposedFix: "none", differenceState: "accepted" },
} as const satisfies Partial<Record<DifferenceCause, Pick<Expected, "proposedFix" | "differenceState">>>;

/** A difference with the fix and the state that its cause calls for. */
export function differs(
  differenceClass: Expected["differenceClass"],
  cause: keyof typeof ENDS,
  { delta = 0, about }: { delta?: number; about?: string } = {},
): Expected {
  const end = differenceClass === "fund_flow_mismatch" ? BY_HAND : ENDS[cause];
  return { differenceClass, cause, ...end, delta, ...(about !== undefined && { about }) };
}

/** Runs everything that is due in the morning after a day; gives how many runs that were. */
export async function runMorningAfter(market: Market, day: string, time = "10:31:00"): Promise<number> {
  market.at(addDays(day, 1), time);
  return runDueReconciliations(market.ctx, { holder: "morning" });
}

/** Does a day once more by hand, with bills fetched anew. */
export async function runAgain({ ctx, platform }: Market, channel: ChannelName, businessDay: string): Promise<void> {
  const { accountNo } = platform.accounts[channel];
  const run = await reconcileDay(ctx, { accountNo, businessDay, requestedBy: "finance" }, { holder: "again" });
  expect(run).toMatchObject({ runState: "done", failure: null });
}

/** How a channel's run of a day stands. */
export async function runOf({ ctx, platform }: Market, channel: ChannelName, businessDay: string) {
  return ctx.store.db
    .selectFrom("reconciliation_run")
    .select(["runState", "failure"])
    .where("accountNo", "=", platform.accounts[channel].accountNo)
    .where("businessDay", "=", businessDay)
    .executeTakeFirst();
}

/** The differences of a channel's day, each in one line of words, in the order of the alphabet. */
export async function shown({ ctx, platform }: Market, channel: ChannelName, businessDay: string): Promise<string[]> {
  const rows = await ctx.store.db
    .selectFrom("difference")
    .selectAll()
    .where("accountNo", "=", platform.accounts[channel].accountNo)
    .where("businessDay", "=", businessDay)
    .execute();
  return inWords(rows.map((row) => ({ ...row, about: row.outRefundNo ?? row.outTradeNo ?? "" })));
}

/** Differences in the words of {@link shown}. */
export function inWords(differences: readonly Expected[]): string[] {
  return differences
    .map(({ differenceClass, cause, proposedFix, differenceState, delta, about = "" }) =>
      [differenceClass, cause, proposedFix, differenceState, delta, about].join(" "),
    )
    .sort();
}

/** The statement of some days by day, as the console sees it. */
export function statementOf(
  { ctx }: Pick<Market, "ctx">,
  fromDay: string,
  toDay: string,
  accountNo?: string,
): Promise<Statement> {
  return getStatement(ctx, CONSOLE, { by: "day", fromDay, toDay, accountNo });
}

/** Everything that people see of some days, as the bytes that they get, and everything that a repair would write or ask. */
export async function everything({ ctx, platform }: Market, fromDay: string, toDay: string) {
  const { db } = ctx.store;
  const csv = { format: "csv", language: "en", fromDay, toDay } as const;
  const files = [
    await exportTable(ctx, CONSOLE, { of: "statement", ...csv }),
    await exportTable(ctx, CONSOLE, { of: "differences", ...csv }),
  ];
  const [actions, events, held, refunds] = await Promise.all([
    db.selectFrom("difference_action").select(["differenceNo", "actionKind", "note"]).orderBy("id").execute(),
    db.selectFrom("event").select("eventId").orderBy("id").execute(),
    db.selectFrom("held_receipt").select(["heldReceiptNo", "status"]).orderBy("id").execute(),
    db.selectFrom("refund").select(["refundNo", "status"]).orderBy("id").execute(),
  ]);
  const statement: unknown[] = [];
  for (const channel of CHANNELS) {
    statement.push(await statementOf({ ctx }, fromDay, toDay, platform.accounts[channel].accountNo));
  }
  const asked = platform.simulator.calls().filter(({ operation }) => !operation.startsWith("bill")).length;
  return { files: files.map(({ bytes }) => bytes.toString()), statement, actions, events, held, refunds, asked };
}

/** Spoils a day's trade bill, and its fund-flow bill the same way unless it is about the trade bill alone. */
export function spoil(
  { platform }: Market,
  { channel, day, only, how }: { channel: ChannelName; day: string; only?: "trade" | "fund_flow"; how: BillSpoil },
): void {
  for (const billKind of only ? [only] : (["trade", "fund_flow"] as const)) {
    platform.simulator.bills.spoil({ channel, billKind, businessDay: day, spoil: how });
  }
}

/** The line of a payment, or of one of its refunds. */
export function lineOf({ attemptNo }: { attemptNo: string }, outRefundNo?: string): BillMatch {
  return { outTradeNo: attemptNo, ...(outRefundNo !== undefined && { outRefundNo }) };
}
