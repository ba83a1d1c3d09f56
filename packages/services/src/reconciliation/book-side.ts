import type { BookHeld, BookRefund, BookSide } from "@payhub/domain";
import type { BookAttemptRow } from "@payhub/store";

/** Our side of a difference, as an attempt has it. */
export function sideOfAttempt(attempt: BookAttemptRow): BookSide {
  const { attemptNo, channelTradeNo, amount, chargedAmount, state, paidAt } = attempt;
  return {
    kind: "payment",
    number: attemptNo,
    channelTradeNo,
    amount,
    chargedAmount,
    status: state,
    occurredAt: paidAt,
  };
}

/** Our side of a difference, as a refund has it. */
export function sideOfRefund({ refundNo, amount, chargedAmount, status, sentAt }: BookRefund): BookSide {
  return {
    kind: "refund",
    number: refundNo,
    channelTradeNo: null,
    amount,
    chargedAmount,
    status,
    occurredAt: sentAt,
  };
}

/** Our side of a difference, as money that is held has it. */
export function sideOfHeld({ heldReceiptNo, channelTradeNo, amount, status, paidAt }: BookHeld): BookSide {
  return {
    kind: "held_receipt",
    number: heldReceiptNo,
    channelTradeNo,
    amount,
    chargedAmount: amount,
    status,
    occurredAt: paidAt,
  };
}

/** What our side is of the account's money, in fen: a refund takes away. */
export function moneyOfSide({ kind, chargedAmount }: BookSide): number {
  return kind === "refund" ? -chargedAmount : chargedAmount;
}
