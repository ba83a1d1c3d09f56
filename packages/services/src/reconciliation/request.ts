import type { ReconciliationRun } from "@payhub/domain";
import { findRun, insertRun, isDuplicateKey, updateRun } from "@payhub/store";
import type { ServiceContext } from "../context.ts";
import { checkDay } from "./check-day.ts";
import type { DayRequest } from "./context.ts";
import { unstartedRun } from "./reconcile-day.ts";

/**
 * Asks for a day to be reconciled (again); a reconcile process takes it up. Refuses an unknown account with `NOT_FOUND`, and with
 * `INVALID_INPUT` a day that is none, that is not over, or whose bill neither the channel nor the bill store has any more.
 */
export async function requestReconciliation(ctx: ServiceContext, request: DayRequest): Promise<ReconciliationRun> {
  const account = await checkDay(ctx, request);
  const { db } = ctx.store;
  const { businessDay, requestedBy } = request;
  try {
    const known = await findRun(db, request);
    if (!known) {
      const run = unstartedRun(ctx, { account, businessDay, requestedBy });
      await insertRun(db, run);
      return run;
    }
    const nowMs = ctx.clock.now();
    const set = { runState: "requested", requestedBy, nextTryAt: nowMs, failure: null, updatedAt: nowMs } as const;
    await updateRun(db, { runNo: known.runNo, set });
    return { ...known, ...set };
  } catch (error) {
    // Another call made it a moment ago.
    if (isDuplicateKey(error, "reconciliation_run_day")) return requestReconciliation(ctx, request);
    throw error;
  }
}
