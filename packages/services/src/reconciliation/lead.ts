import { holdLease, releaseLease } from "@payhub/store";
import type { ServiceContext } from "../context.ts";

const LEASE_MS = 30_000;
const HOLDER_CHARACTERS = 48;
const CALL_RANDOM_BYTES = 6;

/** Another process took a day over because this one had fallen silent. */
class LeadLost extends Error {
  override readonly name = "LeadLost";
}

/**
 * Does work that one call at a time may do, anywhere; `busy` when another is at it. The signal given to the work is aborted when
 * `outer` is, or when the lead is lost.
 */
export async function lead<Result>(
  ctx: ServiceContext,
  { job, holder, outer }: { job: string; holder: string; outer: AbortSignal | undefined },
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result | "busy"> {
  // Two calls of one process are two.
  const call = Buffer.from(ctx.random.bytes(CALL_RANDOM_BYTES)).toString("hex");
  const own = { job, holder: `${holder.slice(0, HOLDER_CHARACTERS)}-${call}` };
  const hold = () => holdLease(ctx.store.db, { ...own, leaseMs: LEASE_MS, nowMs: ctx.clock.now() });
  if (!(await hold())) return "busy";
  const lost = new AbortController();
  const renewal = setInterval(() => {
    hold().then(
      (held) => held || lost.abort(new LeadLost(`${job} was taken over`)),
      (err: unknown) => ctx.log.error({ job, err }, "the lead of a run could not be kept"),
    );
  }, LEASE_MS / 3);
  try {
    return await work(outer ? AbortSignal.any([outer, lost.signal]) : lost.signal);
  } finally {
    clearInterval(renewal);
    await releaseLease(ctx.store.db, { ...own, nowMs: ctx.clock.now() });
  }
}
