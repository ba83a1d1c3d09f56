import type { Randomness } from "./clock.ts";
import type { RefundStatus } from "./state.ts";

/** Why money goes back. */
export type RefundPurpose =
  /** The business asked for it. */
  | "business"
  /** A held receipt: late money for a closed payment, or the second receipt of a double payment. */
  | "held_receipt";

/** One giving-back of money; an order of its own with its own states. All times are epoch ms, all amounts fen. */
export interface Refund {
  refundNo: string;
  purpose: RefundPurpose;
  appId: string;
  merchantNo: string;
  paymentNo: string;
  /** The attempt whose receipt is given back. */
  attemptNo: string;
  accountNo: string;
  channel: string;
  /** The business's own number for this refund, unique within the app; payhub's number for a held receipt. */
  refundOrderNo: string;
  /** What the business asked to give back. */
  amount: number;
  /** What the channel is asked to give back; 0 when a one-cent payment's one fen is back already. */
  chargedAmount: number;
  reason: string;
  status: RefundStatus;
  /** The channel's last answer is not known; the amount stays reserved and the same number is asked about. */
  unknown: boolean;
  /** The channel could not give it back by its own means; it waits for people. Not final. */
  abnormal: boolean;
  channelRefundNo: string | null;
  notifyUrl: string;
  idempotencyKey: string;
  requestDigest: Readonly<Record<string, string>>;
  /** Until when one process has the exclusive right to call the channel for this refund; 0 when nothing was sent. */
  calledUntil: number;
  /** When the channel was last asked to give it back; orders wait a least time between two refunds. */
  sentAt: number | null;
  queryCount: number;
  nextQueryAt: number | null;
  failureCode: string | null;
  failureMessage: string | null;
  succeededAt: number | null;
  createdAt: number;
  updatedAt: number;
}

/** Whether a refund keeps its amount from being given back again: it succeeded, or its end is not known. */
export function isReserving(refund: Pick<Refund, "status">): boolean {
  return refund.status === "created" || refund.status === "succeeded";
}

/**
 * What the channel gives back for a refund of `amount`. A one-cent payment gives its one fen with the first refund and nothing with
 * the others, so that the business sees partial refunds as in production and the channel never returns more than it took.
 */
export function refundCharge(
  payment: { oneCent: boolean; chargedAmount: number },
  refund: { amount: number; alreadyCharged: number },
): number {
  if (!payment.oneCent) return refund.amount;
  return Math.max(0, payment.chargedAmount - refund.alreadyCharged);
}

const MINUTE_MS = 60_000;

/**
 * When a refund without a final word is asked about, counted from the last question; the last step repeats. After
 * https://pay.weixin.qq.com/doc/v3/merchant/4012791904: every minute at first, then less and less often.
 */
export const REFUND_LADDER_MS: readonly number[] = [1, 1, 1, 1, 1, 5, 10, 20, 30].map((minutes) => minutes * MINUTE_MS);

const REFUND_JITTER = 0.1;

/** When to ask about a refund next after `queryCount` questions. */
export function nextRefundQueryAt(
  { queryCount, nowMs }: { queryCount: number; nowMs: number },
  random: Randomness,
): number {
  const stepMs = REFUND_LADDER_MS[Math.min(queryCount, REFUND_LADDER_MS.length - 1)] as number;
  return nowMs + Math.round(stepMs * (1 + REFUND_JITTER * random.fraction()));
}
