import { EVENT_TYPES, PAYMENT_MACHINE, type PaymentStatus, REFUND_MACHINE, type RefundStatus } from "@payhub/domain";
import { z } from "zod";
import { idempotencyKeySchema, numberSchema } from "../fields.ts";

const MAX_BATCH = 100;

export const pullEventsInputSchema = z.strictObject({
  /** Accepted like on every mutation; a pull leases what is there and is never replayed. */
  idempotencyKey: idempotencyKeySchema.optional(),
  limit: z.number().int().min(1).max(MAX_BATCH).default(20),
  /** How long to wait for a first event, in ms. */
  waitMs: z.number().int().min(0).max(30_000).default(0),
  /** How long the batch is this caller's alone, in ms; unacknowledged events are handed out again after that. */
  leaseMs: z.number().int().min(1_000).max(600_000).default(30_000),
});
export type PullEventsInput = z.output<typeof pullEventsInputSchema>;

export const ackEventsInputSchema = z.strictObject({
  /** Accepted like on every mutation; acknowledging twice changes nothing. */
  idempotencyKey: idempotencyKeySchema.optional(),
  eventIds: z.array(numberSchema("event")).min(1).max(MAX_BATCH),
});
export type AckEventsInput = z.output<typeof ackEventsInputSchema>;

export const listEventsInputSchema = z.strictObject({
  /** The position of the last event seen; 0 begins at the beginning of the log. */
  after: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
  limit: z.number().int().min(1).max(500).default(100),
});
export type ListEventsInput = z.output<typeof listEventsInputSchema>;

/** An immutable fact. In order and without gaps per payment by `sequence`; in order over the whole log by `position`. */
export const eventViewSchema = z.object({
  eventId: z.string(),
  type: z.enum(EVENT_TYPES),
  position: z.number(),
  paymentNo: z.string(),
  sequence: z.number(),
  occurredAt: z.string(),
  data: z.object({
    paymentNo: z.string(),
    orderNo: z.string(),
    attemptNo: z.string().nullable(),
    channelTradeNo: z.string().nullable(),
    channel: z.string().nullable(),
    accountNo: z.string().nullable(),
    merchantNo: z.string(),
    status: z.enum(Object.keys(PAYMENT_MACHINE) as [PaymentStatus, ...PaymentStatus[]]),
    amount: z.number(),
    chargedAmount: z.number(),
    oneCent: z.boolean(),
    currency: z.string(),
    paidAt: z.string().nullable(),
    refundedAmount: z.number(),
    /** The refund that the event is about; null for events of the payment itself. */
    refund: z
      .object({
        refundNo: z.string(),
        refundOrderNo: z.string(),
        purpose: z.enum(["business", "held_receipt"]),
        channelRefundNo: z.string().nullable(),
        attemptNo: z.string(),
        status: z.enum(Object.keys(REFUND_MACHINE) as [RefundStatus, ...RefundStatus[]]),
        amount: z.number(),
        chargedAmount: z.number(),
      })
      .nullable(),
  }),
});
export type EventView = z.output<typeof eventViewSchema>;

export const pullEventsOutputSchema = z.object({
  events: z.array(eventViewSchema),
  leasedUntil: z.string().nullable(),
});
export const ackEventsOutputSchema = z.object({ acknowledged: z.number() });
export const listEventsOutputSchema = z.object({ events: z.array(eventViewSchema), nextAfter: z.number() });
