import type { ReconciliationRun } from "@payhub/domain";
import { type BookSum, countOpenByClass, replaceDayTotals, sumBookRecords, updateRun } from "@payhub/store";
import type { FlowSum } from "./read-fund-flow-bill.ts";
import type { RunScope } from "./scope.ts";
import type { Totals } from "./totals.ts";

const HOUR_MS = 60 * 60_000;

/** Sums the books of the day once more, when a repair has changed them since they were read; an hour at a time. */
export async function sumBooksAgain({ ctx, run, fromMs, toMs, signal }: RunScope, totals: Totals): Promise<void> {
  const sums: (BookSum & { kind: "payment" | "refund" })[] = [];
  for (let from = fromMs; from < toMs; from += HOUR_MS) {
    signal.throwIfAborted();
    const stretch = { accountNo: run.accountNo, fromMs: from, toMs: from + HOUR_MS };
    const { payments, refunds } = await sumBookRecords(ctx.store.db, stretch);
    sums.push(...payments.map((sum) => ({ ...sum, kind: "payment" as const })));
    sums.push(...refunds.map((sum) => ({ ...sum, kind: "refund" as const })));
  }
  totals.replaceBooks(sums);
}

/** What a run came to, and when it is to be done again, if it is. */
export interface Result {
  totals: Totals;
  flows: readonly FlowSum[];
  bills: Pick<ReconciliationRun, "tradeBill" | "fundFlowBill">;
  nextTryAt: number | null;
  failure: string | null;
}

/** Writes the day's sums and ends the run, in one transaction; a run that was asked for again meanwhile stays asked for. */
export async function report(scope: RunScope, { totals, flows, bills, nextTryAt, failure }: Result): Promise<void> {
  const { ctx, run, meter } = scope;
  const { accountNo, merchantNo, channel, businessDay, runNo } = run;
  const nowMs = ctx.clock.now();
  const common = { accountNo, merchantNo, channel, businessDay, createdAt: nowMs, updatedAt: nowMs };
  await ctx.store.transaction(async (tx) => {
    await replaceDayTotals(tx, run, {
      totals: totals.list().map((total) => ({ ...common, ...total })),
      flows: flows.map((sum) => ({ ...common, ...sum })),
    });
    const done = { ...bills, ...meter.counts, stage: "report", finishedAt: nowMs, failure, updatedAt: nowMs } as const;
    if (await updateRun(tx, { runNo, from: "running", set: { ...done, runState: "done", nextTryAt } })) return;
    await updateRun(tx, { runNo, set: { ...bills, finishedAt: nowMs, updatedAt: nowMs } });
  });
  const open = await countOpenByClass(ctx.store.db, run);
  if (open.length === 0) return;
  const counts = Object.fromEntries(open.map(({ differenceClass, count }) => [differenceClass, count]));
  ctx.alert("reconciliation_differences", { accountNo, channel, businessDay, open: counts });
}
