import { describeBackends, manualClock, openPlatform, type TakenPayment, type TestPlatform } from "@payhub/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  CHANNELS,
  decidedAtChannel,
  finished,
  loseCallbacks,
  refundOf,
  script,
  stored,
  takePaid,
} from "../../test/refunds.ts";
import { anotherProcess, dyingAt, refusalOf } from "../../test/support.ts";
import type { ServiceContext } from "../context.ts";
import { readPayment } from "../payment/get.ts";
import { createRefund } from "./create.ts";
import { getRefund } from "./get.ts";
import { syncDueRefunds } from "./sync.ts";

const GAP_MS = { wechatpay: 60_000, alipay: 3_000 } as const;
const DAY_MS = 86_400_000;

describeBackends("the refunds of one order", (backend) => {
  let platform: TestPlatform;
  let other: ServiceContext;
  beforeAll(async () => {
    platform = await openPlatform(backend, { simulator: { speed: 10_000 } });
    loseCallbacks(platform);
    other = await anotherProcess(backend, platform);
  });
  afterAll(() => platform.close());
  const refund = async (...order: Parameters<typeof refundOf>) =>
    (await createRefund(platform.ctx, platform.caller, refundOf(...order))).refund;
  const sentTimes = (attemptNo: string) =>
    platform.simulator
      .calls()
      .filter(({ outTradeNo, operation }) => outTradeNo === attemptNo && operation === "refund")
      .map(({ at }) => at);
  const orderAtChannel = (attemptNo: string) =>
    platform.simulator
      .ledger()
      .find(({ outTradeNo }) => outTradeNo === attemptNo)
      ?.refunds.toSorted((one, two) => one.createdAt - two.createdAt)
      .map(({ outRefundNo }) => outRefundNo);
  const sync = (ctx = platform.ctx) => syncDueRefunds(ctx, { limit: 500, concurrency: 8 });

  describe.each(CHANNELS)("at %s", (channel) => {
    it("are sent in their order, each the channel's gap after the last", async () => {
      const paid = await takePaid(platform, { channel });
      const made = [await refund(paid), await refund(paid), await refund(paid)];
      const [first, ...waiting] = made;
      expect(sentTimes(paid.attempt.attemptNo)).toHaveLength(1);
      expect(waiting.map(({ status, sentAt, nextQueryAt }) => ({ status, sentAt, nextQueryAt }))).toEqual(
        [1, 2].map((gaps) => ({
          status: "created",
          sentAt: null,
          nextQueryAt: (first?.sentAt ?? 0) + gaps * GAP_MS[channel],
        })),
      );
      for (const early of [1, 1]) {
        platform.clock.advance(GAP_MS[channel] - early);
        await sync();
        platform.clock.advance(early);
        await sync();
      }
      const times = sentTimes(paid.attempt.attemptNo);
      expect(times.map((at) => at - (times[0] ?? 0))).toEqual([0, GAP_MS[channel], 2 * GAP_MS[channel]]);
      for (const { refundNo } of made)
        expect(await finished(platform, refundNo)).toMatchObject({ status: "succeeded" });
      expect(orderAtChannel(paid.attempt.attemptNo)).toEqual(made.map(({ refundNo }) => refundNo));
      expect(await platform.violations()).toEqual([]);
    });

    it("keep gap and order when all are late and two processes send them", async () => {
      const paid = await takePaid(platform, { channel });
      const made = [await refund(paid), await refund(paid), await refund(paid)];
      platform.clock.advance(3_600_000);
      for (let round = 0; round < 8; round++) {
        await Promise.all([sync(), sync(other)]);
        platform.clock.advance(GAP_MS[channel] / 2);
      }
      const times = sentTimes(paid.attempt.attemptNo);
      expect(times).toHaveLength(3);
      for (const [index, at] of times.entries())
        if (index > 0) expect(at - (times[index - 1] ?? 0)).toBeGreaterThanOrEqual(GAP_MS[channel]);
      expect(orderAtChannel(paid.attempt.attemptNo)).toEqual(made.map(({ refundNo }) => refundNo));
      for (const { refundNo } of made)
        expect(await finished(platform, refundNo)).toMatchObject({ status: "succeeded" });
      expect(await platform.violations()).toEqual([]);
    });
  });

  it("of different orders do not wait for each other", async () => {
    const [paid, another] = [await takePaid(platform), await takePaid(platform)];
    await refund(paid);
    expect(await refund(another)).toMatchObject({ sentAt: platform.clock.now() });
  });

  describe("a process that sleeps between its claim and its call", () => {
    /** A refund that a process with a clock of its own has claimed; it goes on when it is woken. */
    async function claimedBySleeper(paid: TakenPayment) {
      const order = refundOf(paid, { amount: 60 });
      await expect(createRefund(dyingAt(platform, "payment.committed"), platform.caller, order)).rejects.toThrow();
      const { promise: awake, resolve: wake } = Promise.withResolvers<void>();
      const { connections } = platform.ctx;
      const clock = manualClock(platform.clock.now());
      const of = (accountNo: string) => awake.then(() => connections.of(accountNo));
      const sleeping = syncDueRefunds(platform.another({ clock, connections: { of } }), { limit: 500, concurrency: 1 });
      const read = () => getRefund(platform.ctx, platform.caller, { refundOrderNo: order.refundOrderNo });
      await expect.poll(async () => (await read()).calledUntil, { interval: 2 }).toBeGreaterThan(0);
      const wakeUp = () => {
        wake();
        return sleeping;
      };
      return { clock, wakeUp, read };
    }

    it("calls when it wakes in time", async () => {
      const paid = await takePaid(platform);
      const { wakeUp, read } = await claimedBySleeper(paid);
      await wakeUp();
      expect(sentTimes(paid.attempt.attemptNo)).toHaveLength(1);
      expect(await finished(platform, (await read()).refundNo)).toMatchObject({ status: "succeeded" });
      expect(await platform.violations()).toEqual([]);
    });

    it("does not when its claim is too old, and the refund goes another time", async () => {
      const paid = await takePaid(platform);
      const { clock, wakeUp, read } = await claimedBySleeper(paid);
      clock.set((await read()).calledUntil - 1);
      await wakeUp();
      expect(sentTimes(paid.attempt.attemptNo)).toEqual([]);
      platform.clock.set((await read()).calledUntil);
      await sync();
      expect(sentTimes(paid.attempt.attemptNo)).toHaveLength(1);
      expect(await finished(platform, (await read()).refundNo)).toMatchObject({ status: "succeeded" });
      expect(await platform.violations()).toEqual([]);
    });

    it("does not when another one ended it, whatever its clock says", async () => {
      const paid = await takePaid(platform);
      const { wakeUp, read } = await claimedBySleeper(paid);
      platform.clock.set((await read()).calledUntil);
      script(platform, paid, { kind: "payer_abnormal" });
      await sync(other);
      expect(await read()).toMatchObject({ status: "failed" });
      await wakeUp();
      expect(sentTimes(paid.attempt.attemptNo)).toHaveLength(1);
      expect(await platform.violations()).toEqual([]);
    });
  });

  it("are at most fifty at WeChat Pay; one that it refused is not among them", async () => {
    const paid = await takePaid(platform, { amount: 1_000 });
    script(platform, paid, { kind: "payer_abnormal" });
    expect((await refusalOf(refund(paid, { amount: 1 }))).code).toBe("CHANNEL_REJECTED");
    const made = [];
    for (let number = 0; number < 50; number++) made.push(await refund(paid, { amount: 1 }));
    expect(await refusalOf(refund(paid, { amount: 1 }))).toMatchObject({
      code: "REFUND_EXCEEDS_PAID",
      details: { maxPerOrder: 50 },
    });
    for (let number = 0; number < 51; number++) {
      platform.clock.advance(GAP_MS.wechatpay);
      await sync();
    }
    for (const { refundNo } of made) {
      await decidedAtChannel(platform, refundNo);
      expect(await finished(platform, refundNo)).toMatchObject({ status: "succeeded" });
    }
    expect(await platform.violations()).toEqual([]);
  });

  it.each(CHANNELS)("are made within a year at %s", async (channel) => {
    const paid = await takePaid(platform, { channel });
    const { payment } = await readPayment(platform.ctx.store.db, { paymentNo: paid.payment.paymentNo });
    platform.clock.set((payment.paidAt ?? 0) + 365 * DAY_MS);
    const last = await refund(paid, { amount: 10 });
    expect(await stored(platform, last.refundNo)).toMatchObject({
      status: channel === "alipay" ? "succeeded" : "created",
    });
    platform.clock.advance(1);
    expect(await refusalOf(refund(paid, { amount: 10 }))).toMatchObject({
      code: "REFUND_WINDOW_PASSED",
      details: { windowDays: 365 },
    });
    expect(await finished(platform, last.refundNo)).toMatchObject({ status: "succeeded" });
    expect(await platform.violations()).toEqual([]);
  });
});
