import {
  type Attempt,
  EVENT_OF_REFUND_STATUS,
  EVENT_OF_STATUS,
  type EventType,
  isoShanghai,
  issueNumber,
  type Payment,
  type PaymentStatus,
  type Refund,
  type RefundStatus,
} from "@payhub/domain";
import { type Db, insertEvent } from "@payhub/store";
import type { ServiceContext } from "../context.ts";

type Parts = Pick<ServiceContext, "clock" | "random">;

/** A payment after a change, with the attempt that the change is about. */
interface Change {
  payment: Payment;
  attempt: Attempt | undefined;
}

/** Writes the event of a payment's move, in the transaction that moves it. `payment` is as it is after the move. */
export async function writePaymentEvent(
  ctx: Parts,
  tx: Db,
  change: Change & { payment: { status: Exclude<PaymentStatus, "created"> } },
): Promise<void> {
  await writeEvent(ctx, tx, { ...change, type: EVENT_OF_STATUS[change.payment.status], refund: null });
}

/**
 * Writes the event of a refund's move, in the transaction that moves it; `duplicate` when it gives back the second receipt of a
 * double payment. `payment` and `refund` are as they are after the move.
 */
export async function writeRefundEvent(
  ctx: Parts,
  tx: Db,
  change: Change & { refund: Refund & { status: Exclude<RefundStatus, "created"> }; duplicate: boolean },
): Promise<void> {
  const { refund, duplicate } = change;
  const gaveBackDuplicate = duplicate && refund.status === "succeeded";
  const type = gaveBackDuplicate ? "payment.duplicate_refunded" : EVENT_OF_REFUND_STATUS[refund.status];
  await writeEvent(ctx, tx, { ...change, type });
}

async function writeEvent(
  ctx: Parts,
  tx: Db,
  { payment, attempt, refund, type }: Change & { refund: Refund | null; type: EventType },
): Promise<void> {
  await insertEvent(tx, {
    eventId: issueNumber("event", ctx),
    type,
    appId: payment.appId,
    paymentNo: payment.paymentNo,
    sequence: payment.lastSequence,
    occurredAt: payment.updatedAt,
    data: {
      paymentNo: payment.paymentNo,
      orderNo: payment.orderNo,
      attemptNo: attempt?.attemptNo ?? null,
      channelTradeNo: attempt?.channelTradeNo ?? null,
      channel: attempt?.channel ?? null,
      accountNo: attempt?.accountNo ?? null,
      merchantNo: payment.merchantNo,
      status: payment.status,
      amount: payment.amount,
      chargedAmount: payment.chargedAmount,
      oneCent: payment.oneCent,
      currency: payment.currency,
      paidAt: payment.paidAt === null ? null : isoShanghai(payment.paidAt),
      refundedAmount: payment.refundedAmount,
      refund: refund && {
        refundNo: refund.refundNo,
        refundOrderNo: refund.refundOrderNo,
        purpose: refund.purpose,
        channelRefundNo: refund.channelRefundNo,
        attemptNo: refund.attemptNo,
        status: refund.status,
        amount: refund.amount,
        chargedAmount: refund.chargedAmount,
      },
    },
  });
}
