import {
  type Attempt,
  EVENT_OF_STATUS,
  isoShanghai,
  issueNumber,
  type PayhubEvent,
  type Payment,
  type PaymentStatus,
} from "@payhub/domain";
import { type Db, insertEvent } from "@payhub/store";
import type { ServiceContext } from "../context.ts";

/** Writes the event of a payment's move, in the transaction that moves it. `payment` is as it is after the move. */
export async function writePaymentEvent(
  ctx: Pick<ServiceContext, "clock" | "random">,
  tx: Db,
  {
    payment,
    attempt,
  }: { payment: Payment & { status: Exclude<PaymentStatus, "created"> }; attempt: Attempt | undefined },
): Promise<void> {
  const event: PayhubEvent = {
    eventId: issueNumber("event", ctx),
    type: EVENT_OF_STATUS[payment.status],
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
    },
  };
  await insertEvent(tx, event);
}
