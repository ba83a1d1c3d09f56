import type { BillLine } from "../bill.ts";
import type { DifferenceCause, DifferenceClass, DifferenceFix, DifferenceState } from "../difference.ts";
import type { Attempt, HeldReceipt } from "../payment.ts";
import type { Refund } from "../refund.ts";

/** What comparing needs of an attempt. */
export type BookAttempt = Pick<
  Attempt,
  "attemptNo" | "paymentNo" | "appId" | "accountNo" | "state" | "chargedAmount" | "channelTradeNo" | "paidAt"
>;

/** What comparing needs of a refund. */
export type BookRefund = Pick<
  Refund,
  "refundNo" | "attemptNo" | "paymentNo" | "appId" | "accountNo" | "status" | "amount" | "chargedAmount" | "sentAt"
>;

/** What comparing needs of money that is held. */
export type BookHeld = Pick<
  HeldReceipt,
  "heldReceiptNo" | "channelTradeNo" | "outTradeNo" | "appId" | "paymentNo" | "amount" | "status" | "paidAt"
>;

/** Bill and books disagree; `delta` is bill less books in fen, refunds counted negative. */
export interface Disagreement {
  kind: "differs";
  differenceClass: DifferenceClass;
  cause: DifferenceCause;
  proposedFix: DifferenceFix;
  differenceState: Exclude<DifferenceState, "repaired">;
  delta: number;
}

/** What comparing one line with the books comes to; `by` names what it agrees with, `reversed` that nothing stayed of it. */
export type Verdict = { kind: "matched"; by: "books" | "held" | "reversed" } | Disagreement;

/** A disagreement that the channel is to be asked about. */
export function toBeAsked(differenceClass: DifferenceClass, delta: number): Disagreement {
  return {
    kind: "differs",
    differenceClass,
    cause: "channel_silent",
    proposedFix: "ask_again",
    differenceState: "open",
    delta,
  };
}

/** Money of an order that is not this account's in the books: the channel would say nothing that helps. */
export function foreignOrder(delta: number): Disagreement {
  return {
    kind: "differs",
    differenceClass: "missing_here",
    cause: "foreign_order",
    proposedFix: "check_by_hand",
    differenceState: "open",
    delta,
  };
}

/** What a line adds to the account, in fen: refunds and reversals take away, and a refund that failed does nothing. */
export function moneyOf({ kind, status, amount }: Pick<BillLine, "kind" | "status" | "amount">): number {
  if (status === "failed") return 0;
  return kind === "payment" ? amount : -amount;
}
