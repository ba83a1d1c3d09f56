import type { FundFlowKind } from "./bill.ts";
import { addDays, boundsOfDay } from "./clock.ts";
import type { DifferenceClass, DifferenceState } from "./difference.ts";
import type { RunState } from "./reconciliation.ts";

/** Business days from the first to the last, both counted in. */
export interface Period {
  fromDay: string;
  toDay: string;
}

/** What one side counts, in fen; `net` is payments less refunds less the fees of the bill. */
export interface SideTotals {
  paymentCount: number;
  paymentAmount: number;
  refundCount: number;
  refundAmount: number;
  net: number;
}

/** How many differences of a class stand in a state, and what the bill has more in all, in fen. */
export interface DifferenceCount {
  differenceClass: DifferenceClass;
  differenceState: DifferenceState;
  count: number;
  delta: number;
}

/** Both sides of some days and what is to be said of them; amounts in fen. */
export interface StatementTotals {
  books: SideTotals;
  bill: SideTotals;
  /** What the channel kept. */
  fee: number;
  /** Lines of the bill that agree with the books. */
  matchedCount: number;
  differences: DifferenceCount[];
  openCount: number;
  explainedPercent: number;
}

/** What the rows of a statement are made of. */
export const STATEMENT_GROUPS = ["day", "account", "app"] as const;
export type StatementGroup = (typeof STATEMENT_GROUPS)[number];

/** The statement of some days: all of it, and one row a day, account or app. */
export interface Statement extends Period {
  by: StatementGroup;
  total: StatementTotals;
  /** `group`: the day, `accountNo` or `appId`; null for money that is no app's. */
  rows: (StatementTotals & { group: string | null })[];
  /** How the runs of these days stand; null for whoever may not see them. */
  runs: Record<RunState, number> | null;
}

/** What the channel's fund-flow bill says of one kind of movement, in fen. */
export interface FundFlow {
  flowKind: FundFlowKind;
  inCount: number;
  inAmount: number;
  outCount: number;
  outAmount: number;
}

/** Where a merchant's money of a day went, in fen, and what the channels' fund-flow bills say beside it. */
export interface FundFlowDay {
  merchantNo: string;
  businessDay: string;
  /** What payers paid, as the books have it. */
  gross: number;
  refunds: number;
  /** What the channels kept, by their bills. */
  fees: number;
  net: number;
  /** Money of that day that settles nothing, and how much of it is still there. */
  heldCount: number;
  heldAmount: number;
  heldLeftAmount: number;
  channelFlows: FundFlow[];
}

/**
 * How much of what was compared is explained, in percent with two decimals, rounded down; 100 when nothing was compared. Whatever is
 * counted as a matched line, or on another day, is not counted again as the difference that it was or that stands beside it.
 */
export function explainedPercent({
  matchedCount,
  differences,
}: {
  matchedCount: number;
  differences: readonly Pick<DifferenceCount, "differenceClass" | "differenceState" | "count">[];
}): number {
  let compared = matchedCount;
  let openCount = 0;
  for (const { count, ...difference } of differences) {
    if (!isCountedElsewhere(difference)) compared += count;
    if (difference.differenceState === "open") openCount += count;
  }
  if (compared === 0) return 100;
  return Math.floor(((compared - openCount) * 10_000) / compared) / 100;
}

function isCountedElsewhere({
  differenceClass,
  differenceState,
}: Pick<DifferenceCount, "differenceClass" | "differenceState">): boolean {
  if (differenceState === "open") return false;
  return differenceState === "repaired" || differenceClass === "one_cent" || differenceClass === "day_boundary";
}

/** The first and the last day of a month such as `2026-12`; throws `RangeError` on anything else. */
export function periodOfMonth(month: string): Period {
  const fromDay = `${month}-01`;
  boundsOfDay(fromDay);
  // Every month has a 28th, and four days later it is over.
  const nextMonth = addDays(`${month}-28`, 4).slice(0, 7);
  return { fromDay, toDay: addDays(`${nextMonth}-01`, -1) };
}
