import type { ReconciliationRun } from "@payhub/domain";
import type { ConnectedAccount } from "../account/connections.ts";
import type { ReconcileContext } from "./context.ts";
import type { ProgressMeter } from "./progress.ts";

/** One run of one day, as its stages share it. */
export interface RunScope {
  ctx: ReconcileContext;
  connected: ConnectedAccount;
  run: ReconciliationRun;
  /** The day's first and first-after moment. */
  fromMs: number;
  toMs: number;
  meter: ProgressMeter;
  /** Aborted when the run was lost to another process or is to stop. */
  signal: AbortSignal;
}
