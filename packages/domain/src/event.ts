import type { PaymentStatus } from "./state.ts";

/** The facts that payhub publishes; one for each transition of a payment. */
export const EVENT_TYPES = ["payment.succeeded", "payment.failed", "payment.closed"] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** The event that a payment's move to a final state is published as. */
export const EVENT_OF_STATUS = {
  succeeded: "payment.succeeded",
  failed: "payment.failed",
  closed: "payment.closed",
} as const satisfies Record<Exclude<PaymentStatus, "created">, EventType>;

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
