import { getStatement, type ReconcileContext, type Viewer } from "@payhub/services";
import { findMerchant, listDifferences } from "@payhub/store";
import type { DayReport } from "./report.ts";

const WORK_LIST_ROWS = 10;
/** Whoever runs a command on the books sees all of them. */
const OPERATOR: Viewer = { appId: "", role: "console" };

/** Reads what a run came to. */
export async function readReport(
  ctx: ReconcileContext,
  { account, run }: Pick<DayReport, "account" | "run">,
): Promise<DayReport> {
  const { db } = ctx.store;
  const { accountNo, businessDay } = run;
  const period = { fromDay: businessDay, toDay: businessDay };
  const { total } = await getStatement(ctx, OPERATOR, { ...period, accountNo, by: "account" });
  const merchant = await findMerchant(db, run.merchantNo);
  const workList = await listDifferences(db, {
    filter: { ...period, accountNo, differenceState: "open" },
    limit: WORK_LIST_ROWS,
  });
  return { account, merchantName: merchant?.name ?? run.merchantNo, run, totals: total, workList };
}
