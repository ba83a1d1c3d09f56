import { type Attempt, type HeldReceipt, isoShanghai, type PayerAction, type Payment } from "@payhub/domain";
import type { PaymentWithAttempt } from "../ports.ts";
import type { AttemptView, HeldReceiptView, PayerActionView, PaymentView } from "./schemas.ts";

/** Writes a payment for the wire. */
export function presentPayment({ payment, attempt }: PaymentWithAttempt): PaymentView {
  return {
    paymentNo: payment.paymentNo,
    orderNo: payment.orderNo,
    attemptNo: attempt.attemptNo,
    channelTradeNo: attempt.channelTradeNo,
    merchantNo: payment.merchantNo,
    accountNo: attempt.accountNo,
    channel: attempt.channel,
    scene: attempt.scene,
    subject: payment.subject,
    amount: payment.amount,
    chargedAmount: payment.chargedAmount,
    oneCent: payment.oneCent,
    currency: payment.currency,
    refundedAmount: payment.refundedAmount,
    status: payment.status,
    closing: payment.status === "created" && payment.closeRequestedAt !== null,
    action: presentAction(payment, attempt),
    expiresAt: isoShanghai(payment.expiresAt),
    paidAt: isoOrNull(payment.paidAt),
    closedAt: isoOrNull(payment.closedAt),
    createdAt: isoShanghai(payment.createdAt),
  };
}

/** Writes an attempt for the wire. */
export function presentAttempt(attempt: Attempt): AttemptView {
  return {
    attemptNo: attempt.attemptNo,
    accountNo: attempt.accountNo,
    channel: attempt.channel,
    scene: attempt.scene,
    state: attempt.state,
    unknown: attempt.unknown,
    channelTradeNo: attempt.channelTradeNo,
    chargedAmount: attempt.chargedAmount,
    failureCode: attempt.failureCode,
    failureMessage: attempt.failureMessage,
    expiresAt: isoShanghai(attempt.expiresAt),
    paidAt: isoOrNull(attempt.paidAt),
    createdAt: isoShanghai(attempt.createdAt),
  };
}

/** Writes a held receipt for the wire. */
export function presentHeldReceipt(held: HeldReceipt): HeldReceiptView {
  return {
    heldReceiptNo: held.heldReceiptNo,
    channel: held.channel,
    channelTradeNo: held.channelTradeNo,
    amount: held.amount,
    reason: held.reason,
    status: held.status,
    refundNo: held.refundNo,
    paidAt: isoShanghai(held.paidAt),
  };
}

function presentAction(payment: Payment, attempt: Attempt): PayerActionView {
  const action: PayerAction | null = payment.status === "created" ? attempt.action : null;
  if (action === null) return { type: "none" };
  return action.type === "show_qr" ? { ...action, expiresAt: isoShanghai(action.expiresAt) } : action;
}

function isoOrNull(epochMs: number | null): string | null {
  return epochMs === null ? null : isoShanghai(epochMs);
}
