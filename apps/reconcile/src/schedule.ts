import { setTimeout as sleep } from "node:timers/promises";
import type { ServiceContext } from "@payhub/services";
import { releaseLease } from "@payhub/store";
import { schedule } from "node-cron";
import { nameHolder } from "./holder.ts";
import type { Job } from "./jobs.ts";
import { runJob } from "./run-job.ts";

/** Jobs that run by the clock until they are stopped. */
export interface Schedule {
  /** The name under which this process leads jobs. */
  holder: string;
  /** Starts no further run, tells the running ones to stop, waits for them within `graceMs`, and gives its leads back. False when the grace was not enough. */
  stop(graceMs: number): Promise<boolean>;
}

/** Puts jobs on the clock; a run that takes longer than its period is not started twice. */
export function startSchedule<Context extends ServiceContext>(ctx: Context, jobs: readonly Job<Context>[]): Schedule {
  const holder = nameHolder(ctx.random);
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();
  const tasks = jobs.map((job) => {
    const tick = () => {
      const run = runJob(ctx, job, { holder, signal: stopping.signal })
        .then(
          () => {},
          (err: unknown) => {
            if (stopping.signal.aborted && err === stopping.signal.reason) return;
            ctx.log.error({ job: job.name, err }, "job failed; it runs again at its next time");
          },
        )
        .finally(() => running.delete(run));
      running.add(run);
      return run;
    };
    return schedule(job.cron, tick, {
      name: job.name,
      timezone: "Asia/Shanghai",
      noOverlap: true,
      suppressMissedWarning: true,
      logger: quietLogger(ctx),
    });
  });
  return {
    holder,
    async stop(graceMs) {
      for (const task of tasks) await task.destroy();
      stopping.abort();
      const grace = new AbortController();
      const finished = Promise.all(running).then(() => true);
      const late = sleep(graceMs, false, { signal: grace.signal }).catch(() => false);
      const clean = await Promise.race([finished, late]);
      grace.abort();
      const nowMs = ctx.clock.now();
      for (const { name } of jobs) await releaseLease(ctx.store.db, { job: name, holder, nowMs });
      return clean;
    },
  };
}

/** node-cron's own words, among which every skipped overlap, are of no use in operation. */
function quietLogger({ log }: ServiceContext) {
  return {
    debug: () => {},
    info: () => {},
    warn: (message: string) => log.debug({}, message),
    error: (message: string | Error, err?: Error) => log.error({ err: err ?? message }, "the scheduler failed"),
  };
}
