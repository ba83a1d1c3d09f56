import {
  drainInbox,
  expirePayments,
  type ReconcileContext,
  returnHeldReceipts,
  runDueReconciliations,
  type ServiceContext,
  syncDueAttempts,
  syncDueRefunds,
} from "@payhub/services";

/** Under what name a job runs, and when it is to stop early. */
export interface JobRun {
  holder: string;
  signal: AbortSignal;
}

/** A job that one process at a time runs. */
export interface Job<Context extends ServiceContext> {
  name: string;
  /** When, as a cron expression with seconds, in Asia/Shanghai. */
  cron: string;
  /** How long a process that fell silent keeps the job from the others. */
  leaseMs: number;
  /** Does the work that is due and returns how much it found. */
  run(ctx: Context, run: JobRun): Promise<number>;
}

const EVERY_SECOND = "* * * * * *";
const EVERY_TEN_SECONDS = "*/10 * * * * *";

/** Everything that runs by the clock. */
export const JOBS: readonly Job<ReconcileContext>[] = [
  {
    name: "query-ladder",
    cron: EVERY_SECOND,
    leaseMs: 15_000,
    run: (ctx) => syncDueAttempts(ctx, { limit: 200, concurrency: 10 }),
  },
  {
    name: "refunds",
    cron: EVERY_SECOND,
    leaseMs: 15_000,
    run: (ctx) => syncDueRefunds(ctx, { limit: 200, concurrency: 10 }),
  },
  {
    name: "held-receipts",
    cron: EVERY_SECOND,
    leaseMs: 15_000,
    run: (ctx) => returnHeldReceipts(ctx, { limit: 100 }),
  },
  { name: "expiry", cron: EVERY_SECOND, leaseMs: 15_000, run: (ctx) => expirePayments(ctx, { limit: 200 }) },
  { name: "inbox", cron: EVERY_SECOND, leaseMs: 15_000, run: (ctx) => drainInbox(ctx, { limit: 200 }) },
  { name: "publish", cron: EVERY_SECOND, leaseMs: 15_000, run: (ctx) => ctx.publisher.publish() },
  // What is due is decided by the day's own rules; this is how soon a day that people ask for begins.
  { name: "reconcile", cron: EVERY_TEN_SECONDS, leaseMs: 15_000, run: runDueReconciliations },
];
