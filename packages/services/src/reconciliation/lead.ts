import { releaseLease } from "@payhub/store";
import type { ServiceContext } from "../context.ts";
import { keepLease } from "../keep-lease.ts";

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
  const lost = new AbortController();
  const letGo = await keepLease(ctx, { ...own, leaseMs: LEASE_MS }, () =>
    lost.abort(new LeadLost(`${job} was taken over`)),
  );
  if (!letGo) return "busy";
  try {
    return await work(outer ? AbortSignal.any([outer, lost.signal]) : lost.signal);
  } finally {
    letGo();
    await releaseLease(ctx.store.db, { ...own, nowMs: ctx.clock.now() });
  }
}
