import { createLog, type LogDestination, type Running } from "@payhub/runtime";
import { closeReconcileContext, openReconcileContext, type ReconcileContextOptions } from "./context.ts";
import { JOBS } from "./jobs.ts";
import { startSchedule } from "./schedule.ts";

/** How a reconcile process runs. */
export interface ReconcileOptions extends ReconcileContextOptions {
  logLevel?: string;
  /** Standard output by default. */
  logDestination?: LogDestination;
  /** How long running jobs may take when the process closes. */
  shutdownGraceMs?: number;
}

const DEFAULT_GRACE_MS = 20_000;

/** Starts the jobs in this process; any number of processes may run, each job is led by one of them. */
export async function startReconcile(options: ReconcileOptions): Promise<Running> {
  const log = createLog({
    app: "reconcile",
    level: options.logLevel ?? "info",
    ...(options.logDestination && { destination: options.logDestination }),
  });
  const ctx = await openReconcileContext(options, log);
  const schedule = startSchedule(ctx, JOBS);
  log.info({ jobs: JOBS.map(({ name }) => name), holder: schedule.holder }, "payhub reconcile is up");
  let closing: Promise<boolean> | undefined;
  async function close(): Promise<boolean> {
    const clean = await schedule.stop(options.shutdownGraceMs ?? DEFAULT_GRACE_MS);
    if (!clean) log.warn({}, "the grace is over; what still runs is cut");
    await closeReconcileContext(ctx);
    return clean;
  }
  return {
    close() {
      closing ??= close();
      return closing;
    },
  };
}
