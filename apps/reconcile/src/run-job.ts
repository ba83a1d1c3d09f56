import { keepLease, type ServiceContext } from "@payhub/services";
import type { Job, JobRun } from "./jobs.ts";

/** What one tick of a job came to. */
export type Tick = "led" | "followed";

/**
 * Runs a job if this process leads it or can take the lead, and keeps the lead while it runs. A process that dies loses the lead
 * when its lease ends; what it left unfinished is found again by the next leader.
 */
export async function runJob<Context extends ServiceContext>(
  ctx: Context,
  job: Job<Context>,
  { holder, signal }: JobRun,
): Promise<Tick> {
  const letGo = await keepLease(ctx, { job: job.name, holder, leaseMs: job.leaseMs }, () =>
    ctx.log.warn({ job: job.name }, "the lead of a running job was lost"),
  );
  if (!letGo) return "followed";
  const startedAt = performance.now();
  try {
    const found = await job.run(ctx, { holder, signal });
    if (found > 0) ctx.log.info({ job: job.name, found, ms: Math.round(performance.now() - startedAt) }, "job ran");
  } finally {
    letGo();
  }
  return "led";
}
