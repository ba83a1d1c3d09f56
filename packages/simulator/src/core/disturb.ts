import type { FastifyReply } from "fastify";
import type { SimClock } from "./clock.ts";
import type { Fault } from "./faults.ts";

const defaultHoldMs = 60_000;

export interface DisturbOptions<A> {
  fault: Fault | undefined;
  reply: FastifyReply;
  clock: SimClock;
  /** Does the operation and returns its answer. */
  work: () => A | Promise<A>;
}

/**
 * Runs `work` under the faults that concern the connection: delay, timeout and drop. Returns `undefined` when the
 * connection was taken away, and the caller must then send nothing. Faults of the answer itself are the caller's.
 */
export async function disturb<A>({ fault, reply, clock, work }: DisturbOptions<A>): Promise<A | undefined> {
  switch (fault?.kind) {
    case "delay":
      await clock.sleep(fault.ms);
      return work();
    case "timeout_before_commit":
      return hold(reply, clock, fault.holdMs);
    case "timeout_after_commit":
      await commit(work);
      return hold(reply, clock, fault.holdMs);
    case "drop":
      if (fault.when === "after") await commit(work);
      reply.hijack();
      reply.raw.socket?.destroy();
      return undefined;
    default:
      return work();
  }
}

/** A refusal is an answer too: it is lost like any other. */
async function commit<A>(work: () => A | Promise<A>): Promise<void> {
  await Promise.resolve()
    .then(work)
    .catch(() => undefined);
}

function hold(reply: FastifyReply, clock: SimClock, holdMs = defaultHoldMs): undefined {
  reply.hijack();
  void clock.sleep(holdMs).then(() => reply.raw.socket?.destroy());
  return undefined;
}
