import type {
  ChannelAccount,
  DayTotal,
  Difference,
  DifferenceClass,
  DifferenceState,
  ReconciliationRun,
} from "@payhub/domain";

/** Both sides' money of an account's day, all apps together; amounts in fen. */
export type DaySums = Omit<
  DayTotal,
  "accountNo" | "merchantNo" | "channel" | "businessDay" | "appId" | "createdAt" | "updatedAt"
>;

/** Differences of one class in one state; `delta` is what the bill has more, in fen. */
export interface DifferenceCount {
  differenceClass: DifferenceClass;
  differenceState: DifferenceState;
  count: number;
  delta: number;
}

/** What a run of an account's day came to, for people. */
export interface DayReport {
  account: Pick<ChannelAccount, "accountNo" | "channel" | "name">;
  merchantName: string;
  run: ReconciliationRun;
  sums: DaySums;
  /** 0 to 100. */
  explainedPercent: number;
  differences: readonly DifferenceCount[];
  /** The first of those that are open. */
  workList: readonly Difference[];
}

/** Whether all money of the day is explained: its bill was there and no difference is open. */
export function isExplained({ run, differences }: Pick<DayReport, "run" | "differences">): boolean {
  return run.runState === "done" && countOpen(differences) === 0;
}

/** How many differences are open. */
export function countOpen(differences: readonly DifferenceCount[]): number {
  return differences.reduce((sum, { differenceState, count }) => sum + (differenceState === "open" ? count : 0), 0);
}
