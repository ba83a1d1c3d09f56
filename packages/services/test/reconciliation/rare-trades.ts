import { issueNumber } from "@payhub/domain";
import { findHeldReceipts, updateOpenPayment } from "@payhub/store";
import { vi } from "vitest";
import { createPayment } from "../../src/payment/create.ts";
import { finishAttempt } from "../../src/payment/finish.ts";
import { syncAttempt } from "../../src/payment/sync.ts";
import { returnHeldReceipts } from "../../src/refund/return-held.ts";
import type { ChannelName } from "../refunds.ts";
import { heardOfRefund, type Market, type Trade } from "./market.ts";

const WAIT = { timeout: 15_000, interval: 10 } as const;

/** Money for an order that was closed here already; given back by payhub unless it did not hear of it. */
export async function payLate(
  market: Market,
  channel: ChannelName,
  { amount = 700, isHeard = true } = {},
): Promise<Trade> {
  const { ctx, platform } = market;
  const { payment, attempt, code } = await market.place({ channel, amount });
  const { paymentNo } = payment;
  const { attemptNo } = attempt;
  const nowMs = platform.clock.now();
  await updateOpenPayment(ctx.store.db, paymentNo, { closeRequestedAt: nowMs, updatedAt: nowMs });
  await finishAttempt(ctx, attemptNo, { to: "closed" });
  if (!isHeard) market.silence(attemptNo);
  platform.simulator.payer.pay(code);
  if (isHeard) await giveBackHeld(market, paymentNo);
  return { channel, attemptNo, paymentNo, charged: amount, refunds: [] };
}

/** One order paid at both channels: WeChat Pay's settles it, Alipay's goes back. */
export async function payTwice(market: Market, amount: number): Promise<void> {
  const { ctx, platform } = market;
  const first = await market.place({ channel: "alipay", amount });
  const { orderNo, paymentNo } = first.payment;
  const { accountNo } = platform.accounts.wechatpay;
  const second = await createPayment(ctx, platform.caller, platform.order({ orderNo, amount, accountNo }));
  if (second.attempt.action?.type !== "show_qr") throw new Error("there is no second code");
  platform.simulator.payer.pay(second.attempt.action.codeUrl);
  await market.heardOf(second.attempt.attemptNo);
  platform.simulator.payer.pay(first.code);
  await giveBackHeld(market, paymentNo);
}

async function giveBackHeld({ ctx }: Market, paymentNo: string): Promise<void> {
  const { db } = ctx.store;
  await vi.waitUntil(async () => (await findHeldReceipts(db, paymentNo)).length > 0, WAIT);
  await returnHeldReceipts(ctx, { limit: 100 });
  const [held] = await findHeldReceipts(db, paymentNo);
  if (held?.refundNo == null) throw new Error(`nothing gives back what is held of ${paymentNo}`);
  await heardOfRefund(ctx, held.refundNo);
}

/** A sale at a till that went through, of which payhub heard nothing and which it therefore cancelled. */
export async function payAndCancel(market: Market, channel: ChannelName, amount: number): Promise<void> {
  const { ctx, platform } = market;
  const { simulator, clock, caller, accounts } = platform;
  const authCode = simulator.payer.payerCode(channel, { password: true });
  const { accountNo } = accounts[channel];
  const order = platform.order({ accountNo, amount }, { scene: "barcode", authCode, storeNo: "S001" });
  const { attempt } = await createPayment(ctx, caller, order);
  const { attemptNo } = attempt;
  market.silence(attemptNo);
  simulator.payer.confirm(authCode);
  simulator.faults.script({
    channel,
    operation: "query",
    match: (outTradeNo) => outTradeNo === attemptNo,
    times: Number.POSITIVE_INFINITY,
    fault: { kind: "status", status: 500 },
  });
  clock.set(attempt.expiresAt + 1_000);
  await syncAttempt(ctx, attemptNo);
}

/** An order that was placed with the account's keys, past payhub, and paid. */
export async function payPastPayhub(
  market: Market,
  { channel, amount, outTradeNo }: { channel: ChannelName; amount: number; outTradeNo?: string },
): Promise<string> {
  const { ctx, platform } = market;
  const attemptNo = outTradeNo ?? issueNumber("attempt", ctx);
  market.silence(attemptNo);
  const { connection } = await ctx.connections.of(platform.accounts[channel].accountNo);
  const nowMs = platform.clock.now();
  const outcome = await connection.create({
    scene: "qr",
    attemptNo,
    amount,
    subject: "外卖",
    createdAt: nowMs,
    expiresAt: nowMs + 900_000,
    notifyUrl: "https://other.example.com/paid",
  });
  if (outcome.kind !== "accepted" || outcome.action.type !== "show_qr") throw new Error(`placing was ${outcome.kind}`);
  platform.simulator.payer.pay(outcome.action.codeUrl);
  return attemptNo;
}

/** A refund that was made with the account's keys, past payhub; gives its number. */
export async function refundPastPayhub(market: Market, trade: Trade, amount: number): Promise<string> {
  const { ctx, platform } = market;
  const { attemptNo, channel, charged: total } = trade;
  const refundNo = `PORTAL_${attemptNo.slice(-10)}`;
  market.silence(attemptNo);
  const { connection } = await ctx.connections.of(platform.accounts[channel].accountNo);
  const entry = platform.simulator.ledger().find(({ outTradeNo }) => outTradeNo === attemptNo);
  const notifyUrl = "https://other.example.com/refunded";
  const channelTradeNo = entry?.channelTradeNo ?? "";
  await connection.refund({ attemptNo, channelTradeNo, refundNo, amount, total, reason: "客服", notifyUrl });
  const isDone = () => {
    const refunds = platform.simulator.ledger().flatMap((one) => one.refunds);
    return refunds.some(({ outRefundNo, state }) => outRefundNo === refundNo && state === "succeeded");
  };
  await vi.waitUntil(isDone, WAIT);
  return refundNo;
}
