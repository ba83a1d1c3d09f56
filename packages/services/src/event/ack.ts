import { acknowledgeDeliveries } from "@payhub/store";
import type { Caller, ServiceContext } from "../context.ts";

/** Acknowledges events; again is harmless, and so is an acknowledgement after the lease ended. */
export async function ackEvents(
  ctx: ServiceContext,
  { appId }: Caller,
  { eventIds }: { eventIds: readonly string[] },
): Promise<{ acknowledged: number }> {
  const acknowledged = await acknowledgeDeliveries(ctx.store.db, { appId, eventIds, nowMs: ctx.clock.now() });
  return { acknowledged };
}
