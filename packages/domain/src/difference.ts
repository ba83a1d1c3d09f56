import type { BillLine } from "./bill.ts";

/** How bill and books can disagree. */
export const DIFFERENCE_CLASSES = [
  /** The bill has money that the books lack (长款). */
  "missing_here",
  /** The books have money that the bill lacks (短款). */
  "missing_there",
  "amount_mismatch",
  "status_mismatch",
  "fee_mismatch",
  "duplicate_line",
  /** Around midnight the two sides may put money on different days. */
  "day_boundary",
  /** Charged one fen for another amount; both sides agree on the fen. */
  "one_cent",
  /** A line that cannot be read. */
  "malformed_line",
  /** The bill's own sums are not those of its lines. */
  "summary_mismatch",
  /** The balance moved by another sum than the trades explain. */
  "fund_flow_mismatch",
] as const;
export type DifferenceClass = (typeof DIFFERENCE_CLASSES)[number];

/** How a difference stands. */
export const DIFFERENCE_STATES = ["open", "repaired", "resolved", "accepted"] as const;
export type DifferenceState = (typeof DIFFERENCE_STATES)[number];

/** Why bill and books disagree, as far as it was found out. */
export const DIFFERENCE_CAUSES = [
  /** The channel took the money and we had not heard of it. */
  "never_heard",
  /** The money came when the order was over; it is held and given back. */
  "late_money",
  /** A number as payhub issues them, which is not in the books. */
  "unknown_order",
  /** A number that payhub never issued: another system charges with the same account. */
  "foreign_order",
  /** A refund that was made at the channel, past payhub. */
  "refund_past_payhub",
  /** A refund of ours whose end we had not heard of. */
  "refund_not_heard",
  /** The channel, asked or by a newer bill, confirms our books: its bill was wrong. */
  "bill_wrong",
  /** The channel, asked, confirms its bill: our books are wrong. */
  "books_wrong",
  /** The channel was asked and gave no clear answer; it is asked again. */
  "channel_silent",
  /** A bill is a picture of its day: it ended otherwise later. */
  "ended_later",
  /** Paid and revoked at the channel: nothing stayed. */
  "reversed",
  /** Close to midnight, and not in this day's bill: the next day's bill decides. */
  "near_midnight",
  /** Both sides have it, on different days. */
  "other_day",
  /** The same line stands in the bill more than once. */
  "written_twice",
  "one_cent_switch",
  /** The fee is not what the agreed rate gives. */
  "fee_rate",
  "unreadable",
  "sums_differ",
] as const;
export type DifferenceCause = (typeof DIFFERENCE_CAUSES)[number];

/** What should be done about a difference; `record_refund` changes the books and needs a second actor's approval. */
export const DIFFERENCE_FIXES = [
  "none",
  "ask_again",
  "wait_for_next_day",
  "ask_for_new_bill",
  "record_refund",
  "check_by_hand",
] as const;
export type DifferenceFix = (typeof DIFFERENCE_FIXES)[number];

/** Our side of a difference, as the books had it when it was found. */
export interface BookSide {
  kind: "payment" | "refund" | "held_receipt";
  /** `attemptNo`, `refundNo` or `heldReceiptNo`. */
  number: string;
  channelTradeNo: string | null;
  /** What the business asked for, and what the channel was asked for, in fen. */
  amount: number;
  chargedAmount: number;
  status: string;
  occurredAt: number | null;
}

/** One row where bill and books disagree; times in epoch ms. */
export interface Difference {
  differenceNo: string;
  accountNo: string;
  merchantNo: string;
  channel: string;
  /** `2026-11-20` in Asia/Shanghai. */
  businessDay: string;
  /** Of class and both sides: the same difference found again is the same row. */
  fingerprint: string;
  differenceClass: DifferenceClass;
  cause: DifferenceCause;
  proposedFix: DifferenceFix;
  differenceState: DifferenceState;
  /** Whose order it is, where it is one of ours. */
  appId: string | null;
  paymentNo: string | null;
  outTradeNo: string | null;
  channelTradeNo: string | null;
  outRefundNo: string | null;
  /** Bill less books, in fen: what the bill has more. Refunds count negative. */
  delta: number;
  billLine: BillLine | null;
  bookSide: BookSide | null;
  /** What cannot be put in the two sides: a malformed line's number, text and fault, or the sums that differ. */
  facts: Readonly<Record<string, string | number>> | null;
  assignee: string | null;
  /** A fix that waits for a second actor. */
  pendingFix: DifferenceFix | null;
  pendingBy: string | null;
  /** Who ended it, `payhub` for the platform itself, and when. */
  endedBy: string | null;
  endedAt: number | null;
  createdAt: number;
  updatedAt: number;
}

/** What was done about a difference, never changed; `payhub` is the platform itself. */
export interface DifferenceAction {
  differenceNo: string;
  actor: string;
  actionKind:
    | "found"
    | "repaired"
    | "assign"
    | "note"
    | "resolve"
    | "accept"
    | "reopen"
    | "propose"
    | "approve"
    | "reject";
  note: string;
  createdAt: number;
  updatedAt: number;
}

/** The actor of what the platform does by itself. */
export const PLATFORM_ACTOR = "payhub";
