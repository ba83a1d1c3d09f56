import type { Db } from "@payhub/store";

const WORK_TABLES = [
  "difference_action",
  "difference",
  "day_total",
  "fund_flow_total",
  "bill_file",
  "reconciliation_run",
  "job_lease",
] as const;

/** Takes away all that reconciling left in the books. */
export async function forgetWork(db: Db): Promise<void> {
  for (const table of WORK_TABLES) await db.deleteFrom(table).execute();
}

/** What the runs left: how many differences of each class, and how many lines matched. */
export async function countWork(db: Db): Promise<{ differences: Map<string, number>; matched: number }> {
  const counts = await db
    .selectFrom("difference")
    .select(({ fn }) => ["differenceClass", fn.countAll<number>().as("count")])
    .groupBy("differenceClass")
    .execute();
  const totals = await db.selectFrom("day_total").select("matchedCount").execute();
  return {
    differences: new Map(counts.map(({ differenceClass, count }) => [differenceClass, Number(count)])),
    matched: totals.reduce((sum, { matchedCount }) => sum + matchedCount, 0),
  };
}
