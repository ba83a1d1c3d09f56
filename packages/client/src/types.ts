import type { createPayhubClient } from "./client.ts";

/** What `createPayhubClient` returns. */
export type PayhubClient = ReturnType<typeof createPayhubClient>;

type Payments = PayhubClient["payments"];
type Refunds = PayhubClient["refunds"];
type Events = PayhubClient["events"];
type Reconciliation = PayhubClient["reconciliation"];

/** What `payments.create` takes, a union on `scene`; `amount` in fen, `expiresIn` in seconds. */
export type CreatePaymentInput = Parameters<Payments["create"]["mutate"]>[0];
/** The answer to `payments.create`; `replayed` tells a stored answer from a fresh one. */
export type CreatedPayment = Awaited<ReturnType<Payments["create"]["mutate"]>>;
/** A payment, as `payments.list` and `payments.watch` give it. */
export type Payment = Awaited<ReturnType<Payments["list"]["query"]>>["items"][number];
/** A payment with its attempts and held receipts, as `payments.get` gives it. */
export type PaymentDetail = Awaited<ReturnType<Payments["get"]["query"]>>;
/** What to do next so that the payer can pay, a union on `type`. */
export type PayerAction = Payment["action"];
/** What `refunds.create` takes; `amount` in fen. */
export type CreateRefundInput = Parameters<Refunds["create"]["mutate"]>[0];
/** The answer to `refunds.create`; `replayed` tells a stored answer from a fresh one. */
export type CreatedRefund = Awaited<ReturnType<Refunds["create"]["mutate"]>>;
/** A refund, as `refunds.get` and `refunds.list` give it. */
export type Refund = Awaited<ReturnType<Refunds["get"]["query"]>>;
/** An immutable fact, such as `payment.succeeded` or `refund.closed`. */
export type PayhubEvent = Awaited<ReturnType<Events["list"]["query"]>>["events"][number];
/** Both sides of a day or a month, as `reconciliation.statement` gives them; amounts in fen. */
export type Statement = Awaited<ReturnType<Reconciliation["statement"]["query"]>>;
/** One row where the channel's bill and payhub's books disagree, as `reconciliation.differences.list` gives it. */
export type Difference = Awaited<ReturnType<Reconciliation["differences"]["list"]["query"]>>["items"][number];
