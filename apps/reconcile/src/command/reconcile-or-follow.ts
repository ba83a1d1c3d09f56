import { setTimeout as sleep } from "node:timers/promises";
import type { ReconciliationRun } from "@payhub/domain";
import {
  type DayRequest,
  type ReconcileContext,
  type RunOptions,
  type RunProgress,
  reconcileDay,
} from "@payhub/services";
import { findRun, isLeased } from "@payhub/store";

/** How the command watches a day. */
export interface FollowOptions extends RunOptions {
  onProgress: (progress: RunProgress) => void;
  signal: AbortSignal;
  /** Another process is at the day: told once. */
  onBusy: () => void;
}

const LOOK_EVERY_MS = 500;

/** Reconciles a day. While another process is at it, waits for what comes of it; a day that a dead process left is taken up. */
export async function reconcileOrFollow(
  ctx: ReconcileContext,
  day: DayRequest,
  options: FollowOptions,
): Promise<ReconciliationRun> {
  for (let told = false; ; told = true) {
    const run = await reconcileDay(ctx, day, options);
    if (run !== "busy") return run;
    if (!told) options.onBusy();
    const followed = await follow(ctx, day, options);
    if (followed) return followed;
  }
}

/** Waits until nobody is at a day and gives its run, unless that was left unfinished. */
async function follow(
  { store, clock }: ReconcileContext,
  day: DayRequest,
  { onProgress, signal }: FollowOptions,
): Promise<ReconciliationRun | undefined> {
  const { accountNo, businessDay } = day;
  const job = `reconcile:${accountNo}:${businessDay}`;
  for (;;) {
    const isHeld = await isLeased(store.db, { job, nowMs: clock.now() });
    // Read after the lease: who gave it back has written how the run ended.
    const run = await findRun(store.db, day);
    if (run) onProgress(run);
    if (!isHeld) return run && isOver(run) ? run : undefined;
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  }
}

function isOver({ runState }: ReconciliationRun): boolean {
  switch (runState) {
    case "done":
    case "waiting":
    case "refused":
      return true;
    case "requested":
    case "running":
      return false;
  }
}
