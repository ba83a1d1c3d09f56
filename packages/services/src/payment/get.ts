import { type Attempt, type HeldReceipt, PayhubError, type Payment } from "@payhub/domain";
import { type Db, findAttempts, findHeldReceipts, findPayment, type PaymentKey } from "@payhub/store";
import type { Caller, ServiceContext } from "../context.ts";

/** A payment with the attempt that settled it, or else its latest one. */
export interface PaymentWithAttempt {
  payment: Payment;
  attempt: Attempt;
}

/** How a caller names one of its payments: exactly one of the two. */
export interface PaymentRef {
  paymentNo?: string | undefined;
  orderNo?: string | undefined;
}

/** The attempt that speaks for a payment. */
export function speakingAttempt(payment: Payment, attempts: readonly Attempt[]): Attempt {
  const speaking = attempts.find(({ attemptNo }) => attemptNo === payment.settledBy) ?? attempts.at(-1);
  if (!speaking) throw new Error(`payment ${payment.paymentNo} has no attempt`);
  return speaking;
}

/** Finds one of the caller's own payments; another app's does not exist for it. */
export async function findOwnPayment(db: Db, { appId }: Caller, ref: PaymentRef): Promise<Payment> {
  const key: PaymentKey =
    ref.paymentNo !== undefined ? { paymentNo: ref.paymentNo } : { appId, orderNo: ref.orderNo ?? "" };
  const payment = await findPayment(db, key);
  if (payment?.appId === appId) return payment;
  throw new PayhubError("NOT_FOUND", `this app has no payment ${ref.paymentNo ?? `for order ${ref.orderNo}`}`);
}

/** Reads a payment with its speaking attempt. */
export async function readPayment(db: Db, key: PaymentKey): Promise<PaymentWithAttempt> {
  const payment = await findPayment(db, key);
  if (!payment) throw new Error("a payment is missing");
  return { payment, attempt: speakingAttempt(payment, await findAttempts(db, [payment.paymentNo])) };
}

/** Reads one of the caller's payments with its whole story. */
export async function getPayment(
  ctx: ServiceContext,
  caller: Caller,
  ref: PaymentRef,
): Promise<PaymentWithAttempt & { attempts: Attempt[]; heldReceipts: HeldReceipt[] }> {
  const payment = await findOwnPayment(ctx.store.db, caller, ref);
  const attempts = await findAttempts(ctx.store.db, [payment.paymentNo]);
  const heldReceipts = await findHeldReceipts(ctx.store.db, payment.paymentNo);
  return { payment, attempt: speakingAttempt(payment, attempts), attempts, heldReceipts };
}
