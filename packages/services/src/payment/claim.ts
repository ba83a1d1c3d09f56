import type { ServiceContext } from "../context.ts";

/** How many calls to the channel a process makes at most while it holds an attempt or a refund. */
const CALLS = { charge: 1, resume: 2, give_up: 3, refund: 3 } as const;
const MARGIN_MS = 2_000;

/** How long an attempt is claimed for while this process calls the channel about it: longer than the calls can take. */
export function claimMs(ctx: ServiceContext, work: keyof typeof CALLS): number {
  return CALLS[work] * ctx.settings.channelDeadlineMs + MARGIN_MS;
}
