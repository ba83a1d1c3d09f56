import type { ReconciliationRun } from "@payhub/domain";
import type { ServiceContext } from "../context.ts";
import type { DayRequest } from "./context.ts";

/**
 * Asks for a day to be reconciled (again); a reconcile process takes it up. Refuses an unknown account with `NOT_FOUND`, and with
 * `INVALID_INPUT` a day that is none, that is not over, or whose bill neither the channel nor the bill store has any more.
 */
export async function requestReconciliation(_ctx: ServiceContext, _input: DayRequest): Promise<ReconciliationRun> {
  throw new Error("not there yet");
}
