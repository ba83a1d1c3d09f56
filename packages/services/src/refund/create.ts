import { PayhubError, type Payment, type Refund } from "@payhub/domain";
import { findAttempt, findRefund, isDuplicateKey } from "@payhub/store";
import type { Caller, ServiceContext } from "../context.ts";
import { digestRequest, type RequestDigest } from "../idempotency/digest.ts";
import { once, refuseReuse } from "../idempotency/once.ts";
import { findOwnPayment } from "../payment/get.ts";
import { type RefundOrder, reserveRefund } from "./reserve.ts";
import { advanceRefund } from "./send.ts";

/**
 * Gives money back: reserves the amount and commits, then asks the channel. What the channel leaves open stays `created` and
 * reserved; payhub asks about the same number until there is a final word. Throws when it was refused for good.
 */
export async function createRefund(
  ctx: ServiceContext,
  caller: Caller,
  order: RefundOrder,
): Promise<{ refund: Refund; replayed: boolean }> {
  const { idempotencyKey, ...body } = order;
  const digest = digestRequest("refunds.create", { ...body });
  return once(ctx, { appId: caller.appId, idempotencyKey, digest }, async () => {
    const refund = (await findKnown(ctx, caller, order, digest)) ?? (await store(ctx, caller, order, digest));
    await ctx.fault("payment.committed");
    const dueNow = (refund.nextQueryAt ?? 0) <= ctx.clock.now();
    if (refund.status === "created" && refund.sentAt === null && dueNow) await advanceRefund(ctx, refund);
    const after = await findRefund(ctx.store.db, { refundNo: refund.refundNo });
    if (!after) throw new Error(`refund ${refund.refundNo} is missing`);
    if (after.status === "failed") throw refused(after);
    return { refund: after };
  });
}

async function store(ctx: ServiceContext, caller: Caller, order: RefundOrder, digest: RequestDigest): Promise<Refund> {
  const payment = await findPaid(ctx, caller, order);
  const connected = await ctx.connections.of(await accountOf(ctx, payment.settledBy));
  try {
    return await reserveRefund(ctx, { caller, order, digest, ...payment, connected });
  } catch (error) {
    const known = isDuplicateKey(error) ? await findKnown(ctx, caller, order, digest) : undefined;
    if (known) return known;
    throw error;
  }
}

/** The refund of this key or of this number of the app's; refuses when that was another request. */
async function findKnown(
  ctx: ServiceContext,
  { appId }: Caller,
  { idempotencyKey, refundOrderNo, ...order }: RefundOrder,
  digest: RequestDigest,
): Promise<Refund | undefined> {
  const ofKey = await findRefund(ctx.store.db, { appId, idempotencyKey });
  if (ofKey) {
    refuseReuse({ digest }, ofKey.requestDigest);
    return ofKey;
  }
  const ofNumber = await findRefund(ctx.store.db, { appId, refundOrderNo });
  if (!ofNumber) return undefined;
  const { refundNo, paymentNo, attemptNo, amount } = ofNumber;
  const isSame =
    amount === order.amount &&
    (order.paymentNo ?? paymentNo) === paymentNo &&
    (order.attemptNo ?? attemptNo) === attemptNo;
  if (isSame) return ofNumber;
  throw new PayhubError(
    "ORDER_CONFLICT",
    `refund ${refundOrderNo} was made for ${amount} fen of payment ${paymentNo}`,
    {
      details: { refundNo, refundOrderNo, paymentNo, amount },
    },
  );
}

async function findPaid(
  ctx: ServiceContext,
  caller: Caller,
  order: RefundOrder,
): Promise<{ paymentNo: string; settledBy: string }> {
  const attempt = order.attemptNo === undefined ? undefined : await findAttempt(ctx.store.db, order.attemptNo);
  if (order.attemptNo !== undefined && attempt?.appId !== caller.appId) {
    throw new PayhubError("NOT_FOUND", `this app has no attempt ${order.attemptNo}`);
  }
  const payment = await findOwnPayment(ctx.store.db, caller, { paymentNo: attempt?.paymentNo ?? order.paymentNo });
  if (order.paymentNo !== undefined && order.paymentNo !== payment.paymentNo) {
    throw new PayhubError("NOT_FOUND", `payment ${order.paymentNo} has no attempt ${order.attemptNo}`);
  }
  const { paymentNo, settledBy, status } = payment;
  if (settledBy === null) throw notPaid(payment, `it is ${status}`);
  if (attempt && attempt.attemptNo !== settledBy)
    throw notPaid(payment, `attempt ${attempt.attemptNo} did not settle it`);
  return { paymentNo, settledBy };
}

function notPaid({ paymentNo, status }: Payment, why: string): PayhubError {
  return new PayhubError("ORDER_CONFLICT", `payment ${paymentNo} cannot be refunded: ${why}`, {
    details: { paymentNo, status },
  });
}

async function accountOf(ctx: ServiceContext, attemptNo: string): Promise<string> {
  const attempt = await findAttempt(ctx.store.db, attemptNo);
  if (!attempt) throw new Error(`attempt ${attemptNo} is missing`);
  return attempt.accountNo;
}

function refused({ refundNo, channel, failureCode, failureMessage }: Refund): PayhubError {
  return new PayhubError("CHANNEL_REJECTED", `${channel} refused the refund: ${failureCode} ${failureMessage}`, {
    details: { channel, channelCode: failureCode, channelMessage: failureMessage, refundNo },
  });
}
