import type { ReconciliationRun, RunStage } from "@payhub/domain";
import { updateRun } from "@payhub/store";
import type { ReconcileContext, RunOptions } from "./context.ts";

/** Counts what a run does, tells of it, and stops it when it is to stop. */
export interface ProgressMeter {
  /** Begins a stage. */
  stage(stage: RunStage): Promise<void>;
  /** Counts; throws the signal's reason when the run is to stop. Awaited only when there is something to await. */
  count(done: { linesRead?: number; compared?: number }): Promise<void> | undefined;
  readonly counts: Pick<ReconciliationRun, "linesRead" | "compared">;
}

const TELL_EVERY_MS = 1_000;

/** Makes the meter of one run. */
export function createMeter(
  { store, clock }: ReconcileContext,
  { runNo, accountNo, businessDay }: ReconciliationRun,
  { onProgress, signal }: Pick<RunOptions, "onProgress"> & { signal: AbortSignal },
): ProgressMeter {
  const counts = { linesRead: 0, compared: 0 };
  let at: RunStage = "download";
  let toldAt = 0;

  async function tell(): Promise<void> {
    toldAt = performance.now();
    onProgress?.({ accountNo, businessDay, stage: at, ...counts });
    await updateRun(store.db, {
      runNo,
      from: "running",
      set: { stage: at, ...counts, updatedAt: clock.now() },
    });
  }

  return {
    counts,
    stage(stage) {
      signal.throwIfAborted();
      at = stage;
      return tell();
    },
    count({ linesRead = 0, compared = 0 }) {
      signal.throwIfAborted();
      counts.linesRead += linesRead;
      counts.compared += compared;
      return performance.now() - toldAt < TELL_EVERY_MS ? undefined : tell();
    },
  };
}
