import type { Refund } from "@payhub/domain";
import type { RefundOutcome } from "@payhub/simulator";
import { findRefund } from "@payhub/store";
import { type TakenPayment, type TestPlatform, takePayment } from "@payhub/testkit";
import { expect } from "vitest";
import { listEvents } from "../src/event/list.ts";
import { askChannel } from "../src/payment/ask.ts";
import { getPayment } from "../src/payment/get.ts";
import type { OrderFields } from "../src/payment/open.ts";
import type { RefundOrder } from "../src/refund/reserve.ts";
import { syncDueRefunds } from "../src/refund/sync.ts";

export type ChannelName = keyof TestPlatform["accounts"];
export const CHANNELS = ["wechatpay", "alipay"] as const satisfies ChannelName[];

/** Longer than the first step of the ladder with its jitter. */
const LADDER_STEP_MS = 70_000;

/** A payment that its payer has paid, in the books. */
export async function takePaid(
  platform: TestPlatform,
  changes: Partial<OrderFields> & { channel?: ChannelName } = {},
): Promise<TakenPayment> {
  const taken = await takePayment(platform, { amount: 100, ...changes });
  platform.simulator.payer.pay(taken.codeUrl);
  await askChannel(platform.ctx, taken.attempt);
  return taken;
}

let refunds = 0;

/** An order to refund a payment, 30 fen under a fresh number and key unless told otherwise. */
export function refundOf(
  { payment: { paymentNo } }: Pick<TakenPayment, "payment">,
  changes: Partial<RefundOrder> = {},
): RefundOrder {
  const refundOrderNo = `R-${++refunds}-${Math.random().toString(36).slice(2)}`;
  return {
    idempotencyKey: `key-${refundOrderNo}`,
    refundOrderNo,
    paymentNo,
    amount: 30,
    reason: "不想要了",
    ...changes,
  };
}

/** A refund as the books have it. */
export async function stored({ ctx }: TestPlatform, refundNo: string): Promise<Refund> {
  const refund = await findRefund(ctx.store.db, { refundNo });
  if (!refund) throw new Error(`there is no refund ${refundNo}`);
  return refund;
}

/** Lets time pass, then takes every refund further that is due. */
export async function passTime({ ctx, clock }: TestPlatform, ms = LADDER_STEP_MS): Promise<void> {
  clock.advance(ms);
  await syncDueRefunds(ctx, { limit: 500, concurrency: 4 });
}

const STEPS_AT_MOST = 8;

/** Lets time pass until a refund has its final word. */
export async function finished(platform: TestPlatform, refundNo: string): Promise<Refund> {
  for (let step = 0; step < STEPS_AT_MOST; step++) {
    await decidedAtChannel(platform, refundNo);
    const refund = await stored(platform, refundNo);
    if (refund.status !== "created") return refund;
    await passTime(platform);
  }
  throw new Error(`refund ${refundNo} has no final word`);
}

/** What the channel has of a refund. */
export function atChannel({ simulator }: TestPlatform, refundNo: string) {
  return simulator
    .ledger()
    .flatMap((entry) => entry.refunds)
    .find(({ outRefundNo }) => outRefundNo === refundNo);
}

/** Waits, in real time, until the channel is done with a refund that it is to finish at once. */
export async function decidedAtChannel(platform: TestPlatform, refundNo: string): Promise<void> {
  await expect
    .poll(() => atChannel(platform, refundNo)?.state, { interval: 2, timeout: 15_000 })
    .not.toBe("processing");
}

/** What the channel will do with the next refund of a payment. */
export function script(
  { simulator }: TestPlatform,
  { attempt }: TakenPayment,
  outcome: RefundOutcome,
  times = 1,
): void {
  const { channel, attemptNo } = attempt;
  simulator.faults.refund({
    channel: channel === "alipay" ? "alipay" : "wechatpay",
    match: (outTradeNo) => outTradeNo === attemptNo,
    times,
    outcome,
  });
}

/** Every callback is lost from now on: the books learn by asking only. */
export function loseCallbacks({ simulator }: TestPlatform): void {
  for (const channel of CHANNELS)
    simulator.faults.callback({ channel, times: Number.POSITIVE_INFINITY, fault: "lost" });
}

/** A payment's events as type and sequence. */
export async function eventsOf({ ctx, caller }: TestPlatform, paymentNo: string): Promise<string[]> {
  const { events } = await listEvents(ctx, caller, { after: 0, limit: 10_000 });
  return events.filter((event) => event.paymentNo === paymentNo).map(({ type, sequence }) => `${sequence} ${type}`);
}

/** What is reserved or given back of a payment. */
export async function refundedOf({ ctx, caller }: TestPlatform, paymentNo: string): Promise<number> {
  return (await getPayment(ctx, caller, { paymentNo })).payment.refundedAmount;
}

/** The kinds of the alerts about a refund or a payment. */
export function alertsAbout({ alerts }: TestPlatform, number: string): string[] {
  return alerts.filter(({ facts }) => Object.values(facts).includes(number)).map(({ kind }) => kind);
}
