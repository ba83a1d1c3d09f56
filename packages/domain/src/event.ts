import type { RefundPurpose } from "./refund.ts";
import type { PaymentStatus, RefundStatus } from "./state.ts";

/** The facts that payhub publishes: one for each transition of a payment or a refund, and one when a held receipt was given back. */
export const EVENT_TYPES = [
  "payment.succeeded",
  "payment.failed",
  "payment.closed",
  "payment.duplicate_refunded",
  "refund.succeeded",
  "refund.failed",
  "refund.closed",
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** The event that a payment's move to a final state is published as. */
export const EVENT_OF_STATUS = {
  succeeded: "payment.succeeded",
  failed: "payment.failed",
  closed: "payment.closed",
} as const satisfies Record<Exclude<PaymentStatus, "created">, EventType>;

/** The event that a refund's move to a final state is published as. */
export const EVENT_OF_REFUND_STATUS = {
  succeeded: "refund.succeeded",
  failed: "refund.failed",
  closed: "refund.closed",
} as const satisfies Record<Exclude<RefundStatus, "created">, EventType>;

/** What an event says of a refund. */
export interface RefundFacts {
  refundNo: string;
  refundOrderNo: string;
  purpose: RefundPurpose;
  channelRefundNo: string | null;
  attemptNo: string;
  status: RefundStatus;
  /** Fen that the business asked to give back. */
  amount: number;
  /** Fen that the channel gave back. */
  chargedAmount: number;
}

/** What an event says of its payment: the three numbers, both amounts, and the state it is in. */
export interface PaymentFacts {
  paymentNo: string;
  orderNo: string;
  attemptNo: string | null;
  channelTradeNo: string | null;
  channel: string | null;
  accountNo: string | null;
  merchantNo: string;
  status: PaymentStatus;
  /** Fen that the business asked for. */
  amount: number;
  /** Fen that the channel was asked for. */
  chargedAmount: number;
  oneCent: boolean;
  currency: string;
  /** ISO 8601 with offset. */
  paidAt: string | null;
  /** Fen of the business's refunds that are reserved or given back. */
  refundedAmount: number;
  /** The refund that the event is about; null for events of the payment itself. */
  refund: RefundFacts | null;
}

/** An immutable fact in the distribution log. */
export interface PayhubEvent {
  eventId: string;
  type: EventType;
  appId: string;
  paymentNo: string;
  /** 1, 2, 3 … within the payment, without gaps. */
  sequence: number;
  occurredAt: number;
  data: PaymentFacts;
}
