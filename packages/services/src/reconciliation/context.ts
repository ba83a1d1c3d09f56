import type { ReconciliationRun, RunStage } from "@payhub/domain";
import type { BillStore } from "@payhub/store";
import type { ServiceContext } from "../context.ts";

/** What a run works with beside the verbs' own context. */
export interface ReconcileContext extends ServiceContext {
  bills: BillStore;
}

/** How far a run is. */
export interface RunProgress extends Pick<ReconciliationRun, "accountNo" | "businessDay"> {
  stage: RunStage;
  linesRead: number;
  compared: number;
}

/** How a run is led and watched. */
export interface RunOptions {
  /** Names the process that leads it, unlike every other. */
  holder: string;
  /** Told at most once a second, and at each new stage. */
  onProgress?: (progress: RunProgress) => void;
  /** Stops soon after it is aborted; what was begun is taken up by another run. */
  signal?: AbortSignal;
}

/** Whose day is to be reconciled, and who wants it: an operator, or `payhub` by the clock. */
export type DayRequest = Pick<ReconciliationRun, "accountNo" | "businessDay" | "requestedBy">;
