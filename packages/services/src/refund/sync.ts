import { findDueRefunds, findRefund, updateOpenRefund } from "@payhub/store";
import type { ServiceContext } from "../context.ts";
import { takeEach } from "../each-due.ts";
import { advanceRefund } from "./send.ts";

/** Takes every refund that is due one step further, `concurrency` at a time; returns how many this process took. */
export async function syncDueRefunds(
  ctx: ServiceContext,
  { limit, concurrency }: { limit: number; concurrency: number },
): Promise<number> {
  const due = await findDueRefunds(ctx.store.db, ctx.clock.now(), limit);
  return takeEach(ctx, due, {
    concurrency,
    take: (refund) => advanceRefund(ctx, refund),
    about: ({ refundNo }) => ({ refundNo }),
  });
}

/** Takes a refund that its channel said something about one step further now; tells whether payhub knows it. */
export async function hearOfRefund(ctx: ServiceContext, refundNo: string): Promise<boolean> {
  const refund = await findRefund(ctx.store.db, { refundNo });
  if (!refund) return false;
  const nowMs = ctx.clock.now();
  await updateOpenRefund(ctx.store.db, refundNo, { nextQueryAt: nowMs, updatedAt: nowMs });
  await advanceRefund(ctx, refund);
  return true;
}
