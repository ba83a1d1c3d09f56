import type { ReconciliationRun } from "@payhub/domain";
import type { DayRequest, ReconcileContext, RunOptions } from "./context.ts";

/**
 * Reconciles one account's one day: download, parse, match, explain, repair, report. `busy` when another process is at it. Refuses
 * with `NOT_FOUND` and `INVALID_INPUT` as {@link requestReconciliation} does; rejects with the signal's reason when it is aborted.
 */
export async function reconcileDay(
  _ctx: ReconcileContext,
  _input: DayRequest,
  _options: RunOptions,
): Promise<ReconciliationRun | "busy"> {
  throw new Error("not there yet");
}
