import { findExpiredPayments } from "@payhub/store";
import type { ServiceContext } from "../context.ts";
import { finishPayment } from "./finish.ts";

/** Closes payments that are past their expiry and have no attempt left that could still be paid; returns how many it looked at. */
export async function expirePayments(ctx: ServiceContext, { limit }: { limit: number }): Promise<number> {
  const expired = await findExpiredPayments(ctx.store.db, ctx.clock.now(), limit);
  for (const { paymentNo } of expired) await finishPayment(ctx, paymentNo);
  return expired.length;
}
