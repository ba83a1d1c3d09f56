import type { Attempt, HeldReceipt, PayhubEvent, Payment, Refund } from "@payhub/domain";
import type { AckEventsInput, ListEventsInput, PullEventsInput } from "./events/schemas.ts";
import type { ClosePaymentInput, CreatePaymentInput, ListPaymentsInput, PaymentRef } from "./payments/schemas.ts";
import type { CreateRefundInput, ListRefundsInput, RefundRef } from "./refunds/schemas.ts";

/** Who calls: an app whose signature was verified. */
export interface Caller {
  appId: string;
}

/** A payment with the attempt that settled it, or else its latest one. */
export interface PaymentWithAttempt {
  payment: Payment;
  attempt: Attempt;
}

/** An event at its place in the log. */
export type PositionedEvent = PayhubEvent & { position: number };

/** What the platform does for payments; each call sees only the caller's own orders. */
export interface PaymentPorts {
  create(caller: Caller, input: CreatePaymentInput): Promise<PaymentWithAttempt & { replayed: boolean }>;
  get(
    caller: Caller,
    ref: PaymentRef,
  ): Promise<PaymentWithAttempt & { attempts: Attempt[]; heldReceipts: HeldReceipt[] }>;
  close(caller: Caller, input: ClosePaymentInput): Promise<PaymentWithAttempt & { replayed: boolean }>;
  list(caller: Caller, input: ListPaymentsInput): Promise<{ items: PaymentWithAttempt[]; nextCursor: string | null }>;
  /** Yields the payment as it is, then each time it has changed, and ends with its final state. */
  watch(caller: Caller, input: { paymentNo: string }, signal: AbortSignal): AsyncIterable<PaymentWithAttempt>;
}

/** What the platform does for refunds. */
export interface RefundPorts {
  create(caller: Caller, input: CreateRefundInput): Promise<{ refund: Refund; replayed: boolean }>;
  get(caller: Caller, ref: RefundRef): Promise<Refund>;
  list(caller: Caller, input: ListRefundsInput): Promise<{ items: Refund[]; nextCursor: string | null }>;
}

/** What the platform does for events. */
export interface EventPorts {
  pull(
    caller: Caller,
    input: PullEventsInput,
    signal: AbortSignal,
  ): Promise<{ events: PositionedEvent[]; leasedUntil: number | null }>;
  ack(caller: Caller, input: AckEventsInput): Promise<{ acknowledged: number }>;
  list(caller: Caller, input: ListEventsInput): Promise<{ events: PositionedEvent[]; nextAfter: number }>;
}

/** What a request brings to its procedure. */
export interface Context {
  traceId: string;
  /** Verifies the request's signature; refuses with `UNAUTHENTICATED`, `FORBIDDEN` or `RATE_LIMITED`. */
  authenticate(): Promise<Caller>;
  payments: PaymentPorts;
  refunds: RefundPorts;
  events: EventPorts;
}
