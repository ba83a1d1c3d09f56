import type { ReconcileContext, RunOptions } from "./context.ts";

/** Reconciles every day that is due: asked for, to be tried again, or missed, the oldest first. Returns how many this process ran. */
export async function runDueReconciliations(_ctx: ReconcileContext, _options: RunOptions): Promise<number> {
  throw new Error("not there yet");
}
