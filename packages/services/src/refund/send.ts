import type { RefundDeclined, RefundQueryOutcome } from "@payhub/channels";
import { nextRefundQueryAt, REFUND_LADDER_MS, type Refund } from "@payhub/domain";
import { claimRefund, findAttempt, type RefundFields, updateOpenRefund } from "@payhub/store";
import type { ConnectedAccount } from "../account/connections.ts";
import type { ServiceContext } from "../context.ts";
import { failureFields } from "../failure.ts";
import { claimMs } from "../payment/claim.ts";
import { finishRefund } from "./finish.ts";
import { heldReceiptOf } from "./held-receipt-of.ts";
import { type Turn, takeTurn } from "./turn.ts";

const UNSENT_AGAIN_MS = 5_000;
const NOT_ENOUGH_AGAIN_MS = 10 * 60_000;
const ABNORMAL_AGAIN_MS = 30 * 60_000;

type Outcome = RefundQueryOutcome | Exclude<Turn, { kind: "now" }>;

/** A refund that this process has claimed. */
interface Claimed {
  connected: ConnectedAccount;
  claimedUntil: number;
}

/**
 * One step on a refund without a final word: sends it, or, once it may have reached the channel, asks about its number first and
 * sends it again only when the channel has none. Always the same number and values. Returns false when another process is at it.
 */
export async function advanceRefund(ctx: ServiceContext, refund: Refund): Promise<boolean> {
  const nowMs = ctx.clock.now();
  const claimedUntil = nowMs + claimMs(ctx, "refund");
  if (!(await claimRefund(ctx.store.db, { refund, nowMs, untilMs: claimedUntil }))) return false;
  if (refund.chargedAmount === 0) {
    await finishRefund(ctx, refund, { to: "succeeded", succeededAt: nowMs });
    return true;
  }
  const claimed = { connected: await ctx.connections.of(refund.accountNo), claimedUntil };
  const outcome = isMaybeSent(refund) ? await askOrSend(ctx, refund, claimed) : await send(ctx, refund, claimed);
  await ctx.fault("channel.answered");
  await takeOutcome(ctx, refund, outcome);
  return true;
}

function isMaybeSent({ unknown, calledUntil }: Refund): boolean {
  return unknown || calledUntil > 0;
}

async function askOrSend(ctx: ServiceContext, refund: Refund, claimed: Claimed): Promise<Outcome> {
  const { attemptNo, refundNo } = refund;
  const found = await claimed.connected.connection.queryRefund({ attemptNo, refundNo });
  if (found.kind === "absent") return send(ctx, refund, claimed);
  // Refusing to answer says nothing about the refund: the money may have gone back.
  return found.kind === "declined" ? { kind: "unknown", reason: `asking was refused: ${found.code}` } : found;
}

async function send(ctx: ServiceContext, refund: Refund, claimed: Claimed): Promise<Outcome> {
  const { attemptNo, refundNo, chargedAmount: amount, reason, notifyUrl } = refund;
  const paid = await paidOrderOf(ctx, refund);
  const turn = await takeTurn(ctx, refund, claimed);
  if (turn.kind !== "now") return turn;
  return claimed.connected.connection.refund({ attemptNo, ...paid, refundNo, amount, reason, notifyUrl });
}

/** What the channel calls the money that is given back; an attempt that was closed before it came has not the number. */
async function paidOrderOf(
  ctx: ServiceContext,
  { refundNo, purpose, paymentNo, attemptNo }: Refund,
): Promise<{ channelTradeNo: string; total: number }> {
  if (purpose === "held_receipt") {
    const held = await heldReceiptOf(ctx.store.db, { paymentNo, refundNo });
    return { channelTradeNo: held.channelTradeNo, total: held.amount };
  }
  const attempt = await findAttempt(ctx.store.db, attemptNo);
  if (!attempt?.channelTradeNo) throw new Error(`refund ${refundNo} has no paid attempt`);
  return { channelTradeNo: attempt.channelTradeNo, total: attempt.chargedAmount };
}

async function takeOutcome(ctx: ServiceContext, refund: Refund, outcome: Outcome): Promise<void> {
  const { refundNo } = refund;
  const nowMs = ctx.clock.now();
  const later = (set: Later) => takeUpLater(ctx, refund, set);
  // At the end of the ladder every question tells people: something is stuck at the channel.
  if ((outcome.kind === "processing" || outcome.kind === "unknown") && refund.queryCount >= REFUND_LADDER_MS.length)
    ctx.alert("refund_not_settled", { refundNo, paymentNo: refund.paymentNo, channel: refund.channel });
  const onLadder = nextRefundQueryAt({ queryCount: refund.queryCount, nowMs }, ctx.random);
  switch (outcome.kind) {
    case "succeeded":
      if (outcome.amount !== refund.chargedAmount) {
        ctx.alert("amount_mismatch", { refundNo, asked: refund.chargedAmount, amount: outcome.amount });
        await later({ unknown: true, calledUntil: nowMs, nextQueryAt: onLadder });
        return;
      }
      await finishRefund(ctx, refund, { to: "succeeded", ...outcome });
      return;
    case "closed":
      await finishRefund(ctx, refund, { to: "closed", channelRefundNo: outcome.channelRefundNo });
      return;
    case "processing":
      await later({
        abnormal: false,
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
      await later({ calledUntil: isMaybeSent(refund) ? nowMs : 0, nextQueryAt: nowMs + UNSENT_AGAIN_MS });
      return;
    case "waits":
      await later({
        queryCount: refund.queryCount,
        calledUntil: isMaybeSent(refund) ? nowMs : 0,
        nextQueryAt: outcome.until,
      });
      return;
    case "overtaken":
      ctx.log.warn({ refundNo }, "a refund was taken further by another process");
  }
}

type Later = Omit<RefundFields, "updatedAt"> & Pick<Refund, "nextQueryAt">;

/** Notes what a step came to and when the next one is due. */
async function takeUpLater(ctx: ServiceContext, { refundNo, queryCount }: Refund, set: Later): Promise<void> {
  const updatedAt = ctx.clock.now();
  await updateOpenRefund(ctx.store.db, refundNo, { queryCount: queryCount + 1, ...set, updatedAt });
}

async function takeRefusal(
  ctx: ServiceContext,
  refund: Refund,
  { because, code, message }: RefundDeclined,
): Promise<void> {
  const { refundNo } = refund;
  const nowMs = ctx.clock.now();
  const failure = failureFields({ code, message });
  switch (because) {
    case "not_enough":
      ctx.alert("refund_not_enough", { refundNo, paymentNo: refund.paymentNo, channel: refund.channel });
      await takeUpLater(ctx, refund, {
        ...failure,
        unknown: false,
        calledUntil: 0,
        nextQueryAt: nowMs + NOT_ENOUGH_AGAIN_MS,
      });
      return;
    case "number_used":
      // The channel has other values under this number: what became of them is for people to find out.
      ctx.alert("refund_abnormal", { refundNo, paymentNo: refund.paymentNo, channel: refund.channel, code });
      await takeUpLater(ctx, refund, {
        ...failure,
        abnormal: true,
        calledUntil: nowMs,
        nextQueryAt: nowMs + ABNORMAL_AGAIN_MS,
      });
      return;
    case "exceeds_paid":
    case "window_passed":
    case "refused":
      await finishRefund(ctx, refund, { to: "failed", ...failure });
  }
}
