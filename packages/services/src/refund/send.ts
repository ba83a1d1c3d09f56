import type { RefundDeclined, RefundQueryOutcome } from "@payhub/channels";
import { nextRefundQueryAt, type Refund } from "@payhub/domain";
import { claimRefund, findAttempt, type RefundFields, updateOpenRefund } from "@payhub/store";
import type { ConnectedAccount } from "../account/connections.ts";
import type { ServiceContext } from "../context.ts";
import { claimMs } from "../payment/claim.ts";
import { finishRefund } from "./finish.ts";

const UNSENT_AGAIN_MS = 5_000;
const NOT_ENOUGH_AGAIN_MS = 10 * 60_000;
const ABNORMAL_AGAIN_MS = 30 * 60_000;

/**
 * One step on a refund without a final word: sends it, or, once it may have reached the channel, asks about its number first and
 * sends it again only when the channel has none. Always the same number and values. Returns false when another process is at it.
 */
export async function advanceRefund(ctx: ServiceContext, refund: Refund): Promise<boolean> {
  const nowMs = ctx.clock.now();
  const untilMs = nowMs + claimMs(ctx, "resume");
  if (!(await claimRefund(ctx.store.db, { refund, nowMs, untilMs }))) return false;
  if (refund.chargedAmount === 0) {
    await finishRefund(ctx, refund.refundNo, { to: "succeeded", succeededAt: nowMs });
    return true;
  }
  const connected = await ctx.connections.of(refund.accountNo);
  const maybeSent = refund.unknown || refund.calledUntil > 0;
  const outcome = maybeSent ? await askOrSend(ctx, refund, connected) : await send(ctx, refund, connected);
  await ctx.fault("channel.answered");
  await takeOutcome(ctx, refund, outcome);
  return true;
}

async function askOrSend(
  ctx: ServiceContext,
  refund: Refund,
  connected: ConnectedAccount,
): Promise<RefundQueryOutcome> {
  const { attemptNo, refundNo } = refund;
  const found = await connected.connection.queryRefund({ attemptNo, refundNo });
  return found.kind === "absent" ? send(ctx, refund, connected) : found;
}

async function send(
  ctx: ServiceContext,
  refund: Refund,
  { connection }: ConnectedAccount,
): Promise<RefundQueryOutcome> {
  const attempt = await findAttempt(ctx.store.db, refund.attemptNo);
  if (!attempt?.channelTradeNo) throw new Error(`refund ${refund.refundNo} has no paid attempt`);
  if (refund.sentAt === null) {
    const sentAt = ctx.clock.now();
    await updateOpenRefund(ctx.store.db, refund.refundNo, { sentAt, updatedAt: sentAt });
  }
  return connection.refund({
    attemptNo: refund.attemptNo,
    channelTradeNo: attempt.channelTradeNo,
    refundNo: refund.refundNo,
    amount: refund.chargedAmount,
    total: attempt.chargedAmount,
    reason: refund.reason,
    notifyUrl: refund.notifyUrl,
  });
}

async function takeOutcome(ctx: ServiceContext, refund: Refund, outcome: RefundQueryOutcome): Promise<void> {
  const { refundNo } = refund;
  const nowMs = ctx.clock.now();
  const later = (set: Omit<RefundFields, "updatedAt">) =>
    updateOpenRefund(ctx.store.db, refundNo, { queryCount: refund.queryCount + 1, ...set, updatedAt: nowMs });
  const onLadder = nextRefundQueryAt({ queryCount: refund.queryCount, nowMs }, ctx.random);
  switch (outcome.kind) {
    case "succeeded":
      if (outcome.amount !== refund.chargedAmount) {
        ctx.alert("amount_mismatch", { refundNo, asked: refund.chargedAmount, amount: outcome.amount });
        await later({ unknown: true, calledUntil: nowMs, nextQueryAt: onLadder });
        return;
      }
      await finishRefund(ctx, refundNo, { to: "succeeded", ...outcome });
      return;
    case "closed":
      await finishRefund(ctx, refundNo, { to: "closed", channelRefundNo: outcome.channelRefundNo });
      return;
    case "processing":
      await later({
        unknown: false,
        calledUntil: nowMs,
        channelRefundNo: outcome.channelRefundNo,
        nextQueryAt: onLadder,
      });
      return;
    case "abnormal":
      if (!refund.abnormal)
        ctx.alert("refund_abnormal", { refundNo, paymentNo: refund.paymentNo, channel: refund.channel });
      await later({
        abnormal: true,
        unknown: false,
        calledUntil: nowMs,
        channelRefundNo: outcome.channelRefundNo,
        nextQueryAt: nowMs + ABNORMAL_AGAIN_MS,
      });
      return;
    case "declined":
      await takeRefusal(ctx, refund, outcome);
      return;
    case "absent":
    case "unknown":
      await later({ unknown: true, calledUntil: nowMs, nextQueryAt: onLadder });
      return;
    case "unsent":
      await later({ calledUntil: refund.unknown ? nowMs : 0, nextQueryAt: nowMs + UNSENT_AGAIN_MS });
  }
}

async function takeRefusal(
  ctx: ServiceContext,
  refund: Refund,
  { because, code, message }: RefundDeclined,
): Promise<void> {
  const { refundNo } = refund;
  const nowMs = ctx.clock.now();
  const failure = { failureCode: code.slice(0, 64), failureMessage: message.slice(0, 255) };
  switch (because) {
    case "not_enough":
      ctx.alert("refund_not_enough", { refundNo, paymentNo: refund.paymentNo, channel: refund.channel });
      await updateOpenRefund(ctx.store.db, refundNo, {
        ...failure,
        queryCount: refund.queryCount + 1,
        unknown: false,
        calledUntil: 0,
        nextQueryAt: nowMs + NOT_ENOUGH_AGAIN_MS,
        updatedAt: nowMs,
      });
      return;
    case "number_used":
      // The channel has other values under this number: what became of them is for people to find out.
      ctx.alert("refund_abnormal", { refundNo, paymentNo: refund.paymentNo, channel: refund.channel, code });
      await updateOpenRefund(ctx.store.db, refundNo, {
        ...failure,
        queryCount: refund.queryCount + 1,
        abnormal: true,
        calledUntil: nowMs,
        nextQueryAt: nowMs + ABNORMAL_AGAIN_MS,
        updatedAt: nowMs,
      });
      return;
    case "exceeds_paid":
    case "window_passed":
    case "refused":
      await finishRefund(ctx, refundNo, { to: "failed", ...failure });
  }
}
