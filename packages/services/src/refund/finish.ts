import type { Payment, Refund, RefundStatus } from "@payhub/domain";
import {
  type Db,
  findAttempt,
  insertEvents,
  lockPayment,
  lockRefund,
  moveHeldReceipt,
  moveRefund,
  type RefundFields,
  updateRefunded,
} from "@payhub/store";
import type { ServiceContext } from "../context.ts";
import { refundEvent } from "../event/of-move.ts";
import { announce } from "../payment/announce.ts";
import { heldReceiptOf } from "./held-receipt-of.ts";

/** How a refund ended. */
export interface RefundEnding {
  to: Exclude<RefundStatus, "created">;
  channelRefundNo?: string | null;
  succeededAt?: number;
  /** From `failureFields`, which fits them to their columns. */
  failureCode?: string;
  failureMessage?: string;
}

/**
 * Brings a refund's final word into the books: the refund moves, an amount that stays with the merchant is free again, a held
 * receipt is given back or held again, and the event is written, in one transaction. Does nothing to a refund that has its final word.
 */
export async function finishRefund(
  ctx: ServiceContext,
  { refundNo, paymentNo }: Pick<Refund, "refundNo" | "paymentNo">,
  ending: RefundEnding,
): Promise<void> {
  const done = await ctx.store.transaction(async (tx) => {
    const payment = await lockPayment(tx, { paymentNo }, ctx.store.dialect);
    if (!payment) throw new Error(`refund ${refundNo} has no payment`);
    const refund = await lockRefund(tx, refundNo, ctx.store.dialect);
    if (refund?.status !== "created") return undefined;
    return moveTo(ctx, tx, { refund, payment, ending });
  });
  await ctx.fault("event.committed");
  if (!done) return;
  announce(ctx, done.payment);
  if (done.refund.purpose === "held_receipt" && ending.to !== "succeeded") {
    const { channel, failureCode, failureMessage } = done.refund;
    ctx.alert("held_receipt_not_refunded", { refundNo, paymentNo, channel, failureCode, failureMessage });
  }
}

async function moveTo(
  ctx: ServiceContext,
  tx: Db,
  { refund, payment, ending }: { refund: Refund; payment: Payment; ending: RefundEnding },
): Promise<{ refund: Refund; payment: Payment }> {
  const nowMs = ctx.clock.now();
  const set: RefundFields = {
    unknown: false,
    abnormal: false,
    calledUntil: 0,
    nextQueryAt: null,
    channelRefundNo: ending.channelRefundNo ?? refund.channelRefundNo,
    succeededAt: ending.succeededAt ?? null,
    failureCode: ending.failureCode ?? null,
    failureMessage: ending.failureMessage ?? null,
    updatedAt: nowMs,
  };
  const moved = await moveRefund(tx, { refundNo: refund.refundNo, to: ending.to, set });
  if (!moved) throw new Error(`refund ${refund.refundNo} moved under its lock`);
  const after: Refund & { status: typeof ending.to } = { ...refund, ...set, status: ending.to };
  const freed = refund.purpose === "business" && ending.to !== "succeeded" ? refund.amount : 0;
  const change = {
    refundedAmount: payment.refundedAmount - freed,
    lastSequence: payment.lastSequence + 1,
    updatedAt: nowMs,
  };
  await updateRefunded(tx, payment.paymentNo, change);
  const duplicate = refund.purpose === "held_receipt" && (await moveHeld(tx, refund, ending, nowMs)) === "duplicate";
  const attempt = await findAttempt(tx, refund.attemptNo);
  const event = refundEvent(ctx, { payment: { ...payment, ...change }, attempt, refund: after, duplicate });
  await insertEvents(tx, [event]);
  return { refund: after, payment: { ...payment, ...change } };
}

async function moveHeld(tx: Db, refund: Refund, ending: RefundEnding, nowMs: number) {
  const { refundNo } = refund;
  const held = await heldReceiptOf(tx, refund);
  const to = ending.to === "succeeded" ? "refunded" : "held";
  await moveHeldReceipt(tx, { heldReceiptNo: held.heldReceiptNo, from: "refunding", to, refundNo, nowMs });
  return held.reason;
}
