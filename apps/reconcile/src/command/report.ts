import type { ChannelAccount, Difference, ReconciliationRun, StatementTotals } from "@payhub/domain";

/** What a run of an account's day came to, for people. */
export interface DayReport {
  account: Pick<ChannelAccount, "accountNo" | "channel" | "name">;
  merchantName: string;
  run: ReconciliationRun;
  totals: StatementTotals;
  /** The first of the differences that are open. */
  workList: readonly Difference[];
}

/** Whether all money of the day is explained: its bill was there and no difference is open. */
export function isExplained({ run, totals }: Pick<DayReport, "run" | "totals">): boolean {
  return run.runState === "done" && totals.openCount === 0;
}
