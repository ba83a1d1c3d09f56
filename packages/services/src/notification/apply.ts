import type { Receipt } from "@payhub/domain";
import { claimNotification, findUnappliedNotifications } from "@payhub/store";
import type { ServiceContext } from "../context.ts";
import { receiveReceipt } from "../payment/receive-receipt.ts";

/** A stored notification that says money arrived. */
export interface PaymentNotification {
  channel: string;
  notificationId: string;
  accountNo: string;
  receipt: Receipt;
}

/** Brings a stored notification into the books; on failure it stays in the inbox to be taken up again. */
export async function applyNotification(ctx: ServiceContext, notification: PaymentNotification): Promise<void> {
  const { channel, notificationId, accountNo, receipt } = notification;
  try {
    const { connection } = await ctx.connections.of(accountNo);
    await receiveReceipt(ctx, {
      accountNo,
      channel,
      payee: connection.payee,
      receipt,
      notification: { channel, notificationId },
    });
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
  for (const { id, receipt, ...notification } of await findUnappliedNotifications(ctx.store.db, nowMs, limit)) {
    if (!receipt || !(await claimNotification(ctx.store.db, { id, nowMs, untilMs: nowMs + CLAIM_MS }))) continue;
    await applyNotification(ctx, { ...notification, receipt });
    taken++;
  }
  return taken;
}
