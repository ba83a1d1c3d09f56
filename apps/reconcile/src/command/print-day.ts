import { isoShanghai } from "@payhub/domain";
import type { DayReport } from "./report.ts";

/** Writes an account's day for a program: one line of JSON, amounts in fen. */
export function printDay({ run, totals }: DayReport): string {
  const { accountNo, merchantNo, channel, businessDay, runState, failure, nextTryAt, tradeBill, fundFlowBill } = run;
  return `${JSON.stringify({
    accountNo,
    merchantNo,
    channel,
    businessDay,
    runState,
    failure,
    nextTryAt: nextTryAt === null ? null : isoShanghai(nextTryAt),
    tradeBill,
    fundFlowBill,
    ...totals,
  })}\n`;
}
