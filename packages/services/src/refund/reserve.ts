import { isReserving, issueNumber, PayhubError, type Payment, type Refund, refundCharge } from "@payhub/domain";
import { findRefunds, insertRefund, lockPayment, updateRefunded } from "@payhub/store";
import type { ConnectedAccount } from "../account/connections.ts";
import type { Caller, ServiceContext } from "../context.ts";
import type { RequestDigest } from "../idempotency/digest.ts";
import { turnAfter } from "./turn.ts";

/** What a business asks to have given back. */
export interface RefundOrder {
  idempotencyKey: string;
  /** The business's own number for this refund. */
  refundOrderNo: string;
  paymentNo?: string | undefined;
  attemptNo?: string | undefined;
  /** Fen. */
  amount: number;
  reason: string;
}

/** A refund order with the paid attempt that it is about. */
export interface RefundRequested {
  caller: Caller;
  order: RefundOrder;
  digest: RequestDigest;
  paymentNo: string;
  settledBy: string;
  connected: ConnectedAccount;
}

/** Reserves the amount and stores the refund in one transaction under the payment's lock; refuses what can never be given back. */
export async function reserveRefund(ctx: ServiceContext, requested: RefundRequested): Promise<Refund> {
  const { paymentNo, order } = requested;
  return ctx.store.transaction(async (tx) => {
    const payment = await lockPayment(tx, { paymentNo }, ctx.store.dialect);
    if (!payment) throw new Error(`payment ${paymentNo} is missing`);
    // Every refund of this payment is stored and finished under this lock, so this read sees them all.
    const refunds = (await findRefunds(tx, paymentNo)).filter(({ purpose }) => purpose === "business");
    assertRefundable(ctx, { payment, refunds, requested });
    const refund = newRefund(ctx, { payment, refunds, requested });
    await insertRefund(tx, refund);
    const refundedAmount = payment.refundedAmount + order.amount;
    await updateRefunded(tx, paymentNo, { refundedAmount, updatedAt: refund.updatedAt });
    return refund;
  });
}

interface Books {
  payment: Payment;
  refunds: readonly Refund[];
  requested: RefundRequested;
}

function assertRefundable(ctx: ServiceContext, { payment, refunds, requested }: Books): void {
  const { order, connected } = requested;
  const { paymentNo, amount: paid, refundedAmount: refunded } = payment;
  const { refunds: capability, title } = connected.plugin;
  const left = paid - refunded;
  if (order.amount > left) {
    throw new PayhubError(
      "REFUND_EXCEEDS_PAID",
      `refund of ${order.amount} fen, but only ${left} of ${paid} are left to refund of payment ${paymentNo}`,
      { details: { paymentNo, paid, refunded, left } },
    );
  }
  if (ctx.clock.now() - (payment.paidAt ?? 0) > capability.windowMs) {
    const days = Math.floor(capability.windowMs / 86_400_000);
    throw new PayhubError(
      "REFUND_WINDOW_PASSED",
      `${title} refunds within ${days} days of the payment; refund by other means`,
      {
        details: { paymentNo, windowDays: days },
      },
    );
  }
  // One that the channel refused is not among its own.
  const atChannel = refunds.filter(({ chargedAmount, status }) => chargedAmount > 0 && status !== "failed").length;
  if (atChannel >= capability.maxPerOrder) {
    throw new PayhubError(
      "REFUND_EXCEEDS_PAID",
      `${title} takes at most ${capability.maxPerOrder} refunds of one order`,
      {
        details: { paymentNo, maxPerOrder: capability.maxPerOrder },
      },
    );
  }
}

function newRefund(ctx: ServiceContext, { payment, refunds, requested }: Books): Refund {
  const { caller, order, digest, connected, settledBy } = requested;
  const { accountNo, channel } = connected.account;
  const nowMs = ctx.clock.now();
  const alreadyCharged = refunds.filter(isReserving).reduce((sum, { chargedAmount }) => sum + chargedAmount, 0);
  return {
    refundNo: issueNumber("refund", ctx),
    purpose: "business",
    appId: caller.appId,
    merchantNo: payment.merchantNo,
    paymentNo: payment.paymentNo,
    attemptNo: settledBy,
    accountNo,
    channel,
    refundOrderNo: order.refundOrderNo,
    amount: order.amount,
    chargedAmount: refundCharge(payment, { amount: order.amount, alreadyCharged }),
    reason: order.reason,
    idempotencyKey: order.idempotencyKey,
    requestDigest: digest,
    ...unsentRefund(ctx, { channel, accountNo, nextQueryAt: turnAfter(refunds, connected, nowMs), nowMs }),
  };
}

/** The part of a new refund that says that nothing has happened yet. */
export function unsentRefund(
  ctx: ServiceContext,
  {
    channel,
    accountNo,
    nextQueryAt,
    nowMs,
  }: { channel: string; accountNo: string; nextQueryAt: number; nowMs: number },
) {
  return {
    status: "created" as const,
    unknown: false,
    abnormal: false,
    channelRefundNo: null,
    notifyUrl: `${ctx.settings.publicUrl}/callbacks/${channel}/${accountNo}/refunds`,
    calledUntil: 0,
    sentAt: null,
    queryCount: 0,
    nextQueryAt,
    failureCode: null,
    failureMessage: null,
    succeededAt: null,
    createdAt: nowMs,
    updatedAt: nowMs,
  };
}
