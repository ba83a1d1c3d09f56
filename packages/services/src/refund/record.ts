import type { RefundQueryOutcome } from "@payhub/channels";
import { type Attempt, isReserving, PayhubError, type Payment, type Refund } from "@payhub/domain";
import {
  type Db,
  findAttempt,
  findRefund,
  findRefunds,
  insertEvents,
  insertRefund,
  isDuplicateKey,
  lockPayment,
  updateRefunded,
} from "@payhub/store";
import type { ConnectedAccount } from "../account/connections.ts";
import type { ServiceContext } from "../context.ts";
import { refundEvent } from "../event/of-move.ts";
import { digestRequest } from "../idempotency/digest.ts";
import { announce } from "../payment/announce.ts";
import { unsentRefund } from "./reserve.ts";

const REASON = "渠道侧退款";

/** A refund that was made at the channel, past payhub; `amount` in fen, `sentAt` when the channel says it was asked for. */
export interface RefundPastPayhub {
  /** The account whose bill names it. */
  accountNo: string;
  attemptNo: string;
  /** The number that it has at the channel; it becomes the refund's number and the business's number for it. */
  outRefundNo: string;
  amount: number;
  sentAt: number;
  idempotencyKey: string;
}

/**
 * Writes a refund that was made past payhub into the books as succeeded, with its event, after the channel has confirmed it; `within`
 * runs in the same transaction and may refuse it all. One that is in the books already is not written again. Refuses with
 * `CHANNEL_REJECTED` when the channel knows it otherwise, `IN_PROGRESS` while it is on its way, `OUTCOME_UNKNOWN` when the channel does
 * not tell, `REFUND_EXCEEDS_PAID` when it is more than is left, and `ORDER_CONFLICT` when its number is taken.
 */
export async function recordRefund<Result>(
  ctx: ServiceContext,
  past: RefundPastPayhub,
  within: (tx: Db) => Promise<Result>,
): Promise<Result> {
  const attempt = await findAttempt(ctx.store.db, past.attemptNo);
  if (attempt?.accountNo !== past.accountNo) {
    throw new PayhubError("NOT_FOUND", `account ${past.accountNo} has no attempt ${past.attemptNo}`);
  }
  const connected = await ctx.connections.of(attempt.accountNo);
  const { attemptNo, outRefundNo: refundNo } = past;
  const answer = await connected.connection.queryRefund({ attemptNo, refundNo });
  const confirmed = confirm(answer, past, connected);
  await ctx.fault("channel.answered");
  try {
    const result = await ctx.store.transaction(async (tx) => {
      await store(ctx, tx, { past, attempt, confirmed });
      return within(tx);
    });
    await ctx.fault("event.committed");
    announce(ctx, attempt);
    return result;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    throw new PayhubError("ORDER_CONFLICT", `the books have another refund under the number ${refundNo}`, {
      details: { refundNo },
      cause: error,
    });
  }
}

type Confirmed = Extract<RefundQueryOutcome, { kind: "succeeded" }>;

function confirm(answer: RefundQueryOutcome, past: RefundPastPayhub, { plugin, account }: ConnectedAccount): Confirmed {
  const { outRefundNo, amount } = past;
  const details = { channel: account.channel, outRefundNo, amount };
  switch (answer.kind) {
    case "succeeded":
      if (answer.amount === amount) return answer;
      throw new PayhubError(
        "CHANNEL_REJECTED",
        `${plugin.title} gave back ${answer.amount} fen for ${outRefundNo}, not ${amount}; check it by hand`,
        { details: { ...details, channelAmount: answer.amount } },
      );
    case "processing":
    case "abnormal":
      throw new PayhubError("IN_PROGRESS", `${plugin.title} has not finished ${outRefundNo}; approve again later`, {
        details,
      });
    case "absent":
    case "closed":
      throw new PayhubError(
        "CHANNEL_REJECTED",
        `${plugin.title} has given nothing back for ${outRefundNo} (${answer.kind}); reject the fix and ask for a new bill`,
        { details },
      );
    case "declined":
    case "unknown":
    case "unsent":
      throw new PayhubError("OUTCOME_UNKNOWN", `${plugin.title} did not tell about ${outRefundNo}; approve again`, {
        details,
      });
  }
}

async function store(
  ctx: ServiceContext,
  tx: Db,
  { past, attempt, confirmed }: { past: RefundPastPayhub; attempt: Attempt; confirmed: Confirmed },
): Promise<void> {
  const { paymentNo } = attempt;
  const payment = await lockPayment(tx, { paymentNo }, ctx.store.dialect);
  if (!payment) throw new Error(`attempt ${attempt.attemptNo} has no payment`);
  const known = await findRefund(tx, { refundNo: past.outRefundNo });
  if (known && isSame(known, past)) return;
  if (payment.settledBy !== attempt.attemptNo) {
    throw new PayhubError("ORDER_CONFLICT", `attempt ${attempt.attemptNo} did not settle payment ${paymentNo}`, {
      details: { paymentNo, attemptNo: attempt.attemptNo },
    });
  }
  const amount = amountOf(payment, await findRefunds(tx, paymentNo), past);
  const refund = refundOf(ctx, { past, attempt, payment, amount, confirmed });
  await insertRefund(tx, refund);
  const change = {
    refundedAmount: payment.refundedAmount + amount,
    lastSequence: payment.lastSequence + 1,
    updatedAt: refund.updatedAt,
  };
  await updateRefunded(tx, paymentNo, change);
  const event = refundEvent(ctx, { payment: { ...payment, ...change }, attempt, refund, duplicate: false });
  await insertEvents(tx, [event]);
}

function isSame({ attemptNo, chargedAmount, status }: Refund, past: RefundPastPayhub): boolean {
  return attemptNo === past.attemptNo && chargedAmount === past.amount && status === "succeeded";
}

/** What the refund is for the business; of a one-cent payment, whose one fen is all that a channel can give back, all that is left. */
function amountOf(payment: Payment, refunds: readonly Refund[], { amount, outRefundNo }: RefundPastPayhub): number {
  const { paymentNo, amount: paid, refundedAmount: refunded, chargedAmount } = payment;
  const charged = refunds
    .filter((refund) => refund.purpose === "business" && isReserving(refund))
    .reduce((sum, refund) => sum + refund.chargedAmount, 0);
  const left = Math.min(paid - refunded, chargedAmount - charged);
  if (amount > left) {
    throw new PayhubError(
      "REFUND_EXCEEDS_PAID",
      `${outRefundNo} gave back ${amount} fen, but only ${left} are left to refund of payment ${paymentNo}`,
      { details: { paymentNo, paid, refunded, left } },
    );
  }
  return payment.oneCent ? paid - refunded : amount;
}

function refundOf(
  ctx: ServiceContext,
  {
    past,
    attempt,
    payment,
    amount,
    confirmed,
  }: { past: RefundPastPayhub; attempt: Attempt; payment: Payment; amount: number; confirmed: Confirmed },
): Refund & { status: "succeeded" } {
  const { accountNo, channel, attemptNo } = attempt;
  const { outRefundNo, sentAt, idempotencyKey } = past;
  return {
    ...unsentRefund(ctx, { channel, accountNo, nextQueryAt: 0, nowMs: ctx.clock.now() }),
    refundNo: outRefundNo,
    purpose: "business",
    appId: payment.appId,
    merchantNo: payment.merchantNo,
    paymentNo: payment.paymentNo,
    attemptNo,
    accountNo,
    channel,
    refundOrderNo: outRefundNo,
    amount,
    chargedAmount: past.amount,
    reason: REASON,
    idempotencyKey,
    requestDigest: digestRequest("record_refund", { outRefundNo, amount: past.amount }),
    status: "succeeded",
    channelRefundNo: confirmed.channelRefundNo,
    sentAt,
    nextQueryAt: null,
    succeededAt: confirmed.succeededAt,
  };
}
