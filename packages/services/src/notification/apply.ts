import { claimNotification, findUnappliedNotifications, type InboxNotification, markApplied } from "@payhub/store";
import type { ServiceContext } from "../context.ts";
import { isCancelled } from "../payment/at-counter.ts";
import { receiveReceipt } from "../payment/receive-receipt.ts";
import { hearOfRefund } from "../refund/sync.ts";

/** A stored notification that says something: that money arrived, or that something became of a refund. */
export type StoredNotification = Pick<
  InboxNotification,
  "channel" | "notificationId" | "accountNo" | "receipt" | "refund"
>;

/** Brings a stored notification into the books; on failure it stays in the inbox to be taken up again. */
export async function applyNotification(ctx: ServiceContext, notification: StoredNotification): Promise<void> {
  const { channel, notificationId, accountNo, receipt, refund } = notification;
  try {
    if (receipt) {
      const connected = await ctx.connections.of(accountNo);
      const { payee } = connected.connection;
      if (await isCancelled(ctx, receipt.outTradeNo, connected)) {
        await markApplied(ctx.store.db, [notification], ctx.clock.now());
      } else await receiveReceipt(ctx, { accountNo, channel, payee, receipt, notification });
    }
    if (refund) {
      const known = await hearOfRefund(ctx, refund.refundNo);
      if (!known) ctx.alert("unknown_refund", { channel, accountNo, ...refund });
      await markApplied(ctx.store.db, [{ channel, notificationId }], ctx.clock.now());
    }
  } catch (error) {
    ctx.log.error({ channel, notificationId, err: error }, "a notification could not be applied");
    ctx.alert("notification_not_applied", { channel, accountNo, notificationId });
  }
}

const CLAIM_MS = 10_000;

/** Applies what was received and not applied, as after a crash; returns how many this process took. */
export async function drainInbox(ctx: ServiceContext, { limit }: { limit: number }): Promise<number> {
  const nowMs = ctx.clock.now();
  let taken = 0;
  for (const notification of await findUnappliedNotifications(ctx.store.db, nowMs, limit)) {
    const claim = { id: notification.id, nowMs, untilMs: nowMs + CLAIM_MS };
    if (!(await claimNotification(ctx.store.db, claim))) continue;
    await applyNotification(ctx, notification);
    taken++;
  }
  return taken;
}
