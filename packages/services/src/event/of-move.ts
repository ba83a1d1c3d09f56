import {
  type Attempt,
  EVENT_OF_REFUND_STATUS,
  EVENT_OF_STATUS,
  type EventType,
  isoShanghai,
  issueNumber,
  type PayhubEvent,
  type Payment,
  type PaymentStatus,
  type Refund,
  type RefundStatus,
} from "@payhub/domain";
import type { ServiceContext } from "../context.ts";

type Parts = Pick<ServiceContext, "clock" | "random">;

/** A payment after a change, with the attempt that the change is about. */
interface Change {
  payment: Payment;
  attempt: Attempt | undefined;
}

/** The event of a payment's move, to be written in the transaction that moves it. `payment` is as it is after the move. */
export function paymentEvent(
  ctx: Parts,
  change: Change & { payment: { status: Exclude<PaymentStatus, "created"> } },
): PayhubEvent {
  return eventOf(ctx, { ...change, type: EVENT_OF_STATUS[change.payment.status], refund: null });
}

/**
 * The event of a refund's move, to be written in the transaction that moves it; `duplicate` when it gives back the second receipt
 * of a double payment. `payment` and `refund` are as they are after the move.
 */
export function refundEvent(
  ctx: Parts,
  change: Change & { refund: Refund & { status: Exclude<RefundStatus, "created"> }; duplicate: boolean },
): PayhubEvent {
  const { refund, duplicate } = change;
  const gaveBackDuplicate = duplicate && refund.status === "succeeded";
  const type = gaveBackDuplicate ? "payment.duplicate_refunded" : EVENT_OF_REFUND_STATUS[refund.status];
  return eventOf(ctx, { ...change, type });
}

function eventOf(
  ctx: Parts,
  { payment, attempt, refund, type }: Change & { refund: Refund | null; type: EventType },
): PayhubEvent {
  return {
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
  };
}
