import { PayhubError, type ReconciliationRun } from "@payhub/domain";
import type { ReconcileContext } from "@payhub/services";
import type { ProgressBar } from "./progress.ts";
import { readReport } from "./read-report.ts";
import { reconcileOrFollow } from "./reconcile-or-follow.ts";
import { type DayReport, isExplained } from "./report.ts";
import type { AccountDay } from "./select-days.ts";

/** Who runs the command, where it tells what, and what stops it. */
export interface CommandRun {
  holder: string;
  requestedBy: string;
  progress: ProgressBar;
  signal: AbortSignal;
  /** Takes each account's day when it is over. */
  tell: (report: DayReport) => void;
}

/** What came of the days: `failed` when any could not run, `open` when not all money is explained. */
export type CommandEnd = "explained" | "open" | "failed";

/** Reconciles days one after another; one that is refused is told and does not hold up the others. Rejects when it is stopped. */
export async function runCommand(
  ctx: ReconcileContext,
  days: readonly AccountDay[],
  command: CommandRun,
): Promise<CommandEnd> {
  let end: CommandEnd = "explained";
  for (const day of days) {
    command.signal.throwIfAborted();
    const run = await runDay(ctx, day, command);
    command.progress.dayDone();
    if (!run) {
      end = "failed";
      continue;
    }
    const report = await readReport(ctx, { account: day.account, run });
    command.tell(report);
    if (end === "explained" && !isExplained(report)) end = "open";
  }
  return end;
}

async function runDay(
  ctx: ReconcileContext,
  { account: { accountNo }, businessDay }: AccountDay,
  { holder, requestedBy, progress, signal }: CommandRun,
): Promise<ReconciliationRun | undefined> {
  const subject = `${businessDay} ${accountNo}`;
  try {
    return await reconcileOrFollow(
      ctx,
      { accountNo, businessDay, requestedBy },
      {
        holder,
        signal,
        onProgress: progress.show,
        onBusy: () => progress.write(`${subject}: another process is at it; waiting for what comes of it\n`),
      },
    );
  } catch (error) {
    if (!(error instanceof PayhubError)) throw error;
    progress.write(`${subject}: ${error.code}: ${error.message}\n`);
    return undefined;
  }
}
