import type { PayerAction, Scene, SceneInput } from "./charge.ts";
import type { Currency } from "./money.ts";
import type { AttemptState, PaymentStatus } from "./state.ts";

/** One thing to be paid for one business order; unique per (app, orderNo). All times are epoch ms, all amounts fen. */
export interface Payment {
  paymentNo: string;
  appId: string;
  merchantNo: string;
  orderNo: string;
  subject: string;
  /** What the business asked for. */
  amount: number;
  /** What the channel was asked for: `amount`, or one fen when `oneCent`. */
  chargedAmount: number;
  oneCent: boolean;
  currency: Currency;
  status: PaymentStatus;
  /** The attempt whose receipt counts; the single settled-by slot. */
  settledBy: string | null;
  /** When the business asked to close it; it stays `created` until the channel confirmed that no money can move. */
  closeRequestedAt: number | null;
  /** The last event sequence given out; sequences start at 1 and have no gaps. */
  lastSequence: number;
  /** What the business's refunds have reserved or given back, of `amount`. */
  refundedAmount: number;
  /** When an attempt was last initiated, for the rule on repeated initiation. */
  initiatedAt: number;
  /** When no attempt can be paid any more. */
  expiresAt: number;
  paidAt: number | null;
  closedAt: number | null;
  createdAt: number;
  updatedAt: number;
}

/** One initiation of a payment at one channel; `attemptNo` is the channel's `out_trade_no`. */
export interface Attempt {
  attemptNo: string;
  paymentNo: string;
  appId: string;
  /** 1, 2, 3 … within the payment. */
  ordinal: number;
  accountNo: string;
  channel: string;
  scene: Scene;
  /** What the scene needed, because a repeated request must be the same; null once the attempt is final. */
  sceneInput: SceneInput | null;
  chargedAmount: number;
  state: AttemptState;
  /** The channel's answer was not understood or never came; ask before anything else. */
  unknown: boolean;
  action: PayerAction | null;
  channelTradeNo: string | null;
  /** Stored, because a repeated request must be the same to the letter. */
  notifyUrl: string;
  idempotencyKey: string;
  /** Digests of the request's fields by name, to tell a repeat from a reuse. */
  requestDigest: Readonly<Record<string, string>>;
  /** Until when one process has the exclusive right to call the channel for this attempt. */
  calledUntil: number;
  queryCount: number;
  nextQueryAt: number | null;
  failureCode: string | null;
  failureMessage: string | null;
  expiresAt: number;
  paidAt: number | null;
  createdAt: number;
  updatedAt: number;
}

/** Why a receipt could not settle a payment. */
export type HoldReason = "late" | "duplicate" | "amount_mismatch" | "payee_mismatch" | "unknown_order";

/** Money that the channel took and that settles nothing: visible until someone or something resolves it. */
export interface HeldReceipt {
  heldReceiptNo: string;
  channel: string;
  accountNo: string;
  outTradeNo: string;
  channelTradeNo: string;
  amount: number;
  reason: HoldReason;
  /** `refunding` and `refunded` when it is given back by itself; back to `held` when that failed. */
  status: "held" | "refunding" | "refunded";
  /** The refund that gives it back. */
  refundNo: string | null;
  appId: string | null;
  paymentNo: string | null;
  paidAt: number;
  createdAt: number;
  updatedAt: number;
}

const MINUTE_MS = 60_000;

/** How long an order can be paid: the default and the bounds of the QR products, in ms. */
export const EXPIRY_LIMITS = { defaultMs: 15 * MINUTE_MS, minMs: MINUTE_MS, maxMs: 120 * MINUTE_MS } as const;

/** How much life an attempt needs to be handed out again. */
export const REUSE_MARGIN_MS = MINUTE_MS;

/** How long the same order waits before it may be initiated again over an attempt that could not be closed; an app may set its own. */
export const DEFAULT_INITIATION_GAP_MS = 15_000;

/** Whether an attempt asks the same payer in the same way at the same account. A new bar code does not make another sale. */
export function isSameAsk(attempt: Attempt, wanted: SceneInput & { accountNo: string }): boolean {
  if (attempt.accountNo !== wanted.accountNo || attempt.scene !== wanted.scene) return false;
  if (!("openid" in wanted) || attempt.sceneInput === null || !("openid" in attempt.sceneInput)) return true;
  return attempt.sceneInput.openid === wanted.openid;
}

/**
 * Whether a repeated `create` is answered with this attempt: the same ask, payable, with a minute left; while the payer at a counter
 * is being asked for a password (action `wait`), to the last moment.
 */
export function canReuseAttempt(attempt: Attempt, wanted: SceneInput & { accountNo: string }, nowMs: number): boolean {
  const marginMs = attempt.action?.type === "wait" ? 0 : REUSE_MARGIN_MS;
  return attempt.state === "awaiting_payer" && isSameAsk(attempt, wanted) && attempt.expiresAt - nowMs >= marginMs;
}

/** How long the order must still wait before another initiation, in ms; 0 when it may go on. */
export function initiationWaitMs(payment: Pick<Payment, "initiatedAt">, gapMs: number, nowMs: number): number {
  return Math.max(0, payment.initiatedAt + gapMs - nowMs);
}
