import type { DayTotal, FundFlowTotal } from "@payhub/domain";
import type { Db } from "../open.ts";
import type { RunKey } from "./reconciliation-runs.ts";

const ROWS_AT_ONCE = 500;

/** Puts what a day came to in the place of what an earlier run of it found. */
export async function replaceDayTotals(
  tx: Db,
  { accountNo, businessDay }: RunKey,
  { totals, flows }: { totals: readonly DayTotal[]; flows: readonly FundFlowTotal[] },
): Promise<void> {
  for (const table of ["day_total", "fund_flow_total"] as const) {
    await tx.deleteFrom(table).where("accountNo", "=", accountNo).where("businessDay", "=", businessDay).execute();
  }
  for (let from = 0; from < totals.length; from += ROWS_AT_ONCE) {
    await tx
      .insertInto("day_total")
      .values(totals.slice(from, from + ROWS_AT_ONCE))
      .execute();
  }
  if (flows.length > 0) await tx.insertInto("fund_flow_total").values(flows).execute();
}
