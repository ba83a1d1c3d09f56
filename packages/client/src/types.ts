import type { createPayhubClient } from "./client.ts";

/** What `createPayhubClient` returns. */
export type PayhubClient = ReturnType<typeof createPayhubClient>;

type Payments = PayhubClient["payments"];
type Events = PayhubClient["events"];

/** What `payments.create` takes; `amount` in fen, `expiresIn` in seconds. */
export type CreatePaymentInput = Parameters<Payments["create"]["mutate"]>[0];
/** The answer to `payments.create`; `replayed` tells a stored answer from a fresh one. */
export type CreatedPayment = Awaited<ReturnType<Payments["create"]["mutate"]>>;
/** A payment, as `payments.list` and `payments.watch` give it. */
export type Payment = Awaited<ReturnType<Payments["list"]["query"]>>["items"][number];
/** A payment with its attempts and held receipts, as `payments.get` gives it. */
export type PaymentDetail = Awaited<ReturnType<Payments["get"]["query"]>>;
/** An immutable fact: `payment.succeeded`, `payment.failed` or `payment.closed`. */
export type PayhubEvent = Awaited<ReturnType<Events["list"]["query"]>>["events"][number];
