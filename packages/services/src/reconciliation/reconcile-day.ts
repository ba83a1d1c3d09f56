import { boundsOfDay, issueNumber, PayhubError, PLATFORM_ACTOR, type ReconciliationRun } from "@payhub/domain";
import { findAccount, findRun, insertRun, updateRun } from "@payhub/store";
import { checkDay } from "./check-day.ts";
import type { DayRequest, ReconcileContext, RunOptions } from "./context.ts";
import { lead } from "./lead.ts";
import { createMeter } from "./progress.ts";
import { type Occasion, runDay } from "./run-day.ts";

/**
 * Reconciles one account's one day: download, parse, match, explain, repair, report. `busy` when another process is at it. Refuses
 * with `NOT_FOUND` and `INVALID_INPUT` as {@link requestReconciliation} does; rejects with the signal's reason when it is aborted.
 */
export async function reconcileDay(
  ctx: ReconcileContext,
  request: DayRequest,
  options: RunOptions,
): Promise<ReconciliationRun | "busy"> {
  await checkDay(ctx, request);
  return leadDay(ctx, { ...request, isDue: () => true }, options);
}

/** Reconciles a day that is due by the clock, unless it was done meanwhile. */
export async function reconcileDueDay(
  ctx: ReconcileContext,
  day: Pick<DayRequest, "accountNo" | "businessDay">,
  options: RunOptions,
): Promise<ReconciliationRun | "busy"> {
  const isDue = (run: ReconciliationRun) => run.nextTryAt !== null && run.nextTryAt <= ctx.clock.now();
  return leadDay(ctx, { ...day, requestedBy: undefined, isDue }, options);
}

interface Day extends Pick<DayRequest, "accountNo" | "businessDay"> {
  /** Undefined by the clock. */
  requestedBy: string | undefined;
  isDue: (run: ReconciliationRun) => boolean;
}

function leadDay(ctx: ReconcileContext, day: Day, options: RunOptions): Promise<ReconciliationRun | "busy"> {
  const { accountNo, businessDay } = day;
  const job = `reconcile:${accountNo}:${businessDay}`;
  return lead(ctx, { job, holder: options.holder, outer: options.signal }, async (signal) => {
    signal.throwIfAborted();
    for (;;) {
      const before = (await findRun(ctx.store.db, day)) ?? (await newRun(ctx, day));
      if (!day.isDue(before)) return before;
      // Somebody may ask for it between reading and beginning.
      if (!(await takeUp(ctx, { before, requestedBy: day.requestedBy }, { ...options, signal }))) continue;
      return (await findRun(ctx.store.db, day)) ?? before;
    }
  });
}

async function newRun(ctx: ReconcileContext, { accountNo, businessDay, requestedBy }: Day): Promise<ReconciliationRun> {
  const account = await findAccount(ctx.store.db, accountNo);
  if (!account) throw new PayhubError("NOT_FOUND", `there is no channel account ${accountNo}`);
  const run = unstartedRun(ctx, { account, businessDay, requestedBy: requestedBy ?? PLATFORM_ACTOR });
  await insertRun(ctx.store.db, run);
  return run;
}

/** A day's run before anything of it was done, to be tried now. */
export function unstartedRun(
  ctx: Pick<ReconcileContext, "clock" | "random">,
  {
    account,
    businessDay,
    requestedBy,
  }: {
    account: Pick<ReconciliationRun, "accountNo" | "merchantNo" | "channel">;
    businessDay: string;
    requestedBy: string;
  },
): ReconciliationRun {
  const { accountNo, merchantNo, channel } = account;
  const nowMs = ctx.clock.now();
  return {
    runNo: issueNumber("run", ctx),
    accountNo,
    merchantNo,
    channel,
    businessDay,
    runState: "requested",
    stage: "download",
    linesRead: 0,
    compared: 0,
    tradeBill: null,
    fundFlowBill: null,
    requestedBy,
    tryCount: 0,
    nextTryAt: nowMs,
    failure: null,
    finishedAt: null,
    createdAt: nowMs,
    updatedAt: nowMs,
  };
}

const BROKEN_AGAIN_MS = 10 * 60_000;

/** Begins a run as it was read and takes it to an end; false when it is not as it was read any more. */
async function takeUp(
  ctx: ReconcileContext,
  { before, requestedBy }: { before: ReconciliationRun; requestedBy: string | undefined },
  options: RunOptions & { signal: AbortSignal },
): Promise<boolean> {
  const occasion = occasionOf(before, requestedBy);
  const nowMs = ctx.clock.now();
  const { runNo, accountNo } = before;
  const started = {
    runState: "running",
    // Where it broke off, until a stage begins: a bill that was fetched anew is stored.
    requestedBy: requestedBy ?? before.requestedBy,
    tryCount: before.tryCount + 1,
    // A process that dies leaves it due.
    nextTryAt: nowMs,
    failure: null,
    updatedAt: nowMs,
  } as const;
  if (!(await updateRun(ctx.store.db, { runNo, from: before.runState, set: started }))) return false;
  const run = { ...before, ...started };
  const { signal } = options;
  const meter = createMeter(ctx, run, options);
  try {
    const connected = await ctx.connections.of(accountNo);
    await runDay({ ctx, connected, run, ...boundsOfDay(run.businessDay), meter, signal }, occasion);
    return true;
  } catch (error) {
    // What was stopped stays as it is, to be taken up.
    if (!signal.aborted) {
      const nextTryAt = ctx.clock.now() + BROKEN_AGAIN_MS;
      const set = { runState: "waiting", failure: BROKEN, nextTryAt, updatedAt: ctx.clock.now() } as const;
      await updateRun(ctx.store.db, { runNo, from: "running", set });
    }
    throw error;
  }
}

const BROKEN = "it broke off; the log says why";

/** Who asks by hand wants the channel's newest bill; who resumes a run or retries it takes what is stored. */
function occasionOf(before: ReconciliationRun, requestedBy: string | undefined): Occasion {
  const doneBefore = requestedBy === undefined && before.runState === "done" ? before : undefined;
  const asker = requestedBy ?? before.requestedBy;
  if (asker === PLATFORM_ACTOR) return { isAnew: false, doneBefore };
  const brokeOffEarly = before.runState === "running" && before.stage === "download";
  return { isAnew: requestedBy !== undefined || before.runState === "requested" || brokeOffEarly, doneBefore };
}
