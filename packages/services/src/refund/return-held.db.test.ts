import { findHeldReceipts, updateOpenPayment } from "@payhub/store";
import {
  codeUrlOf,
  describeBackends,
  openPlatform,
  type TakenPayment,
  type TestPlatform,
  takePayment,
} from "@payhub/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  alertsAbout,
  atChannel,
  CHANNELS,
  eventsOf,
  finished,
  loseCallbacks,
  passTime,
  refundOf,
  script,
  stored,
  takePaid,
} from "../../test/refunds.ts";
import { anotherProcess, callsAbout, codeOf, dyingAt } from "../../test/support.ts";
import type { ServiceContext } from "../context.ts";
import { askChannel } from "../payment/ask.ts";
import { createPayment } from "../payment/create.ts";
import { finishAttempt } from "../payment/finish.ts";
import { getPayment } from "../payment/get.ts";
import { createRefund } from "./create.ts";
import { listRefunds } from "./get.ts";
import { returnHeldReceipts } from "./return-held.ts";

const ROUNDS = { "sqlite+memory": 200, "mysql+redis": 30 } as const;

describeBackends("money that settles nothing", (backend) => {
  let platform: TestPlatform;
  let other: ServiceContext;
  beforeAll(async () => {
    platform = await openPlatform(backend, { simulator: { speed: 10_000 }, initiationGapMs: 0 });
    loseCallbacks(platform);
    other = await anotherProcess(backend, platform);
  });
  afterAll(() => platform.close());

  const heldOf = async ({ payment }: TakenPayment) => {
    const [held, ...more] = await findHeldReceipts(platform.ctx.store.db, payment.paymentNo);
    if (!held || more.length > 0) throw new Error(`payment ${payment.paymentNo} has not one held receipt`);
    return held;
  };
  const giveBack = (ctx = platform.ctx) => returnHeldReceipts(ctx, { limit: 100 });
  async function refundNoOf(taken: TakenPayment): Promise<string> {
    const { refundNo } = await heldOf(taken);
    if (refundNo === null) throw new Error("nothing gives it back");
    return refundNo;
  }

  /** A payment that was closed here, and paid all the same. */
  async function paidLate(channel: (typeof CHANNELS)[number]): Promise<TakenPayment> {
    const { ctx, simulator, clock } = platform;
    const taken = await takePayment(platform, { channel });
    const { paymentNo } = taken.payment;
    const nowMs = clock.now();
    await updateOpenPayment(ctx.store.db, paymentNo, { closeRequestedAt: nowMs, updatedAt: nowMs });
    await finishAttempt(ctx, taken.attempt.attemptNo, { to: "closed" });
    simulator.payer.pay(taken.codeUrl);
    await askChannel(ctx, taken.attempt);
    return taken;
  }

  /** A payment with a code at each channel, the Alipay one not scanned. */
  async function twoCodes(): Promise<{ atAlipay: TakenPayment; atWechatpay: TakenPayment }> {
    const atAlipay = await takePayment(platform, { channel: "alipay", amount: 100 });
    const { orderNo } = atAlipay.payment;
    const again = await createPayment(platform.ctx, platform.caller, platform.order({ orderNo, amount: 100 }));
    return { atAlipay, atWechatpay: { ...again, codeUrl: codeUrlOf(again.attempt) } };
  }
  async function paidTwice(first: (typeof CHANNELS)[number]): Promise<TakenPayment> {
    const { atAlipay, atWechatpay } = await twoCodes();
    const [winner, second] = first === "alipay" ? [atAlipay, atWechatpay] : [atWechatpay, atAlipay];
    for (const { codeUrl } of [winner, second]) platform.simulator.payer.pay(codeUrl);
    for (const { attempt } of [winner, second]) await askChannel(platform.ctx, attempt);
    return second;
  }

  it.each(CHANNELS)("goes back when it came too late at %s, under a number of its own", async (channel) => {
    const taken = await paidLate(channel);
    const { paymentNo } = taken.payment;
    expect(await heldOf(taken)).toMatchObject({ reason: "late", status: "held", refundNo: null });
    expect(await giveBack()).toBe(1);
    const refundNo = await refundNoOf(taken);
    expect(await finished(platform, refundNo)).toMatchObject({
      purpose: "held_receipt",
      status: "succeeded",
      amount: 1288,
      attemptNo: taken.attempt.attemptNo,
    });
    expect(await heldOf(taken)).toMatchObject({ status: "refunded", refundNo });
    expect(atChannel(platform, refundNo)).toMatchObject({ amount: 1288, state: "succeeded" });
    const { payment } = await getPayment(platform.ctx, platform.caller, { paymentNo });
    expect(payment).toMatchObject({ status: "closed", refundedAmount: 0 });
    expect(await eventsOf(platform, paymentNo)).toEqual(["1 payment.closed", "2 refund.succeeded"]);
    expect(alertsAbout(platform, paymentNo)).toEqual(["late_payment"]);
    expect(await giveBack()).toBe(0);
    expect((await listRefunds(platform.ctx, platform.caller, { paymentNo, limit: 10 })).items).toEqual([]);
    expect(await platform.violations()).toEqual([]);
  });

  it.each(CHANNELS)(
    "goes back when the order was paid at %s first, and the business's refunds stay its own",
    async (first) => {
      const second = await paidTwice(first);
      const { paymentNo } = second.payment;
      expect(await giveBack()).toBe(1);
      const refundNo = await refundNoOf(second);
      expect(await finished(platform, refundNo)).toMatchObject({ status: "succeeded", amount: 100 });
      expect(await eventsOf(platform, paymentNo)).toEqual(["1 payment.succeeded", "2 payment.duplicate_refunded"]);
      expect(alertsAbout(platform, paymentNo)).toEqual(["duplicate_payment"]);
      const { refund } = await createRefund(platform.ctx, platform.caller, refundOf(second, { amount: 100 }));
      expect(refund.attemptNo).not.toBe(second.attempt.attemptNo);
      expect(await finished(platform, refund.refundNo)).toMatchObject({ status: "succeeded" });
      expect(await platform.violations()).toEqual([]);
    },
  );

  it.each(CHANNELS)("stays held and visible when %s will not give it back", async (channel) => {
    const taken = await paidLate(channel);
    script(platform, taken, { kind: "payer_abnormal" });
    await giveBack();
    const refundNo = await refundNoOf(taken);
    expect(await stored(platform, refundNo)).toMatchObject({ status: "failed" });
    expect(await heldOf(taken)).toMatchObject({ status: "held", refundNo });
    expect(alertsAbout(platform, refundNo)).toEqual(["held_receipt_not_refunded"]);
    const { heldReceipts } = await getPayment(platform.ctx, platform.caller, { paymentNo: taken.payment.paymentNo });
    expect(heldReceipts).toMatchObject([{ status: "held", reason: "late", amount: 1288 }]);
    expect(await giveBack()).toBe(0);
    expect(await eventsOf(platform, taken.payment.paymentNo)).toEqual(["1 payment.closed", "2 refund.failed"]);
    expect(await platform.violations()).toEqual([]);
  });

  it("is held again when WeChat Pay closes its refund", async () => {
    const taken = await paidLate("wechatpay");
    script(platform, taken, { kind: "closed", afterMs: 0 });
    await giveBack();
    const refundNo = await refundNoOf(taken);
    expect(await heldOf(taken)).toMatchObject({ status: "refunding" });
    expect(await finished(platform, refundNo)).toMatchObject({ status: "closed" });
    expect(await heldOf(taken)).toMatchObject({ status: "held", refundNo });
    expect(alertsAbout(platform, refundNo)).toEqual(["held_receipt_not_refunded"]);
    expect(await platform.violations()).toEqual([]);
  });

  it.each(CHANNELS)("goes back under the same number when %s had not enough or did not answer", async (channel) => {
    const taken = await paidLate(channel);
    script(platform, taken, { kind: "not_enough" });
    await giveBack();
    const refundNo = await refundNoOf(taken);
    platform.simulator.faults.script({ channel, operation: "refund", fault: { kind: "drop", when: "after" } });
    await passTime(platform, 10 * 60_000);
    expect(await heldOf(taken)).toMatchObject({ status: "refunding", refundNo });
    expect(await finished(platform, refundNo)).toMatchObject({ status: "succeeded" });
    expect(await heldOf(taken)).toMatchObject({ status: "refunded", refundNo });
    expect(callsAbout(platform, taken.attempt.attemptNo).filter((call) => call === "refund")).toHaveLength(2);
    expect(await platform.violations()).toEqual([]);
  });

  it.each(["payment.committed", "channel.answered"] as const)(
    "is given back once after a death at %s",
    async (point) => {
      const taken = await paidLate("wechatpay");
      await giveBack(dyingAt(platform, point)).catch(() => undefined);
      await giveBack();
      const refundNo = await refundNoOf(taken);
      expect(await finished(platform, refundNo)).toMatchObject({ status: "succeeded" });
      expect(callsAbout(platform, taken.attempt.attemptNo).filter((call) => call === "refund")).toHaveLength(1);
      expect(await heldOf(taken)).toMatchObject({ status: "refunded" });
      expect(await platform.violations()).toEqual([]);
    },
  );

  it("is given back once by ten that find it in two processes", async () => {
    const taken = [await paidLate("wechatpay"), await paidLate("alipay"), await paidTwice("alipay")];
    const counts = await Promise.all(
      Array.from({ length: 10 }, (_, index) => giveBack(index % 2 === 0 ? platform.ctx : other)),
    );
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(3);
    for (const one of taken) {
      expect(await finished(platform, await refundNoOf(one))).toMatchObject({ status: "succeeded" });
      const trade = platform.simulator.ledger().find(({ outTradeNo }) => outTradeNo === one.attempt.attemptNo);
      expect(trade?.refunds).toHaveLength(1);
    }
    expect(await platform.violations()).toEqual([]);
  });

  it("is not given back while nobody knows whose it is", async () => {
    const taken = await paidLate("wechatpay");
    const { db } = platform.ctx.store;
    const { heldReceiptNo } = await heldOf(taken);
    await db
      .updateTable("held_receipt")
      .set({ reason: "amount_mismatch" })
      .where("heldReceiptNo", "=", heldReceiptNo)
      .execute();
    expect(await giveBack()).toBe(0);
    expect(await heldOf(taken)).toMatchObject({ status: "held", refundNo: null });
    expect(await platform.violations()).toEqual([]);
  });

  it("is no payment: a business cannot refund it", async () => {
    const taken = await paidLate("wechatpay");
    expect(await codeOf(createRefund(platform.ctx, platform.caller, refundOf(taken)))).toBe("ORDER_CONFLICT");
    await giveBack();
    await finished(platform, await refundNoOf(taken));
    const paid = await takePaid(platform);
    expect(await giveBack()).toBe(0);
    expect(await heldOf(taken)).toMatchObject({ status: "refunded" });
    expect(await findHeldReceipts(platform.ctx.store.db, paid.payment.paymentNo)).toEqual([]);
  });

  describe("an order paid at both channels at the same moment", () => {
    const rounds = ROUNDS[backend.name];
    it(`keeps one payment and gives one back, ${rounds} times of ${rounds}`, { timeout: 180_000 }, async () => {
      const kept = { wechatpay: 0, alipay: 0 };
      for (let round = 0; round < rounds; round++) {
        const { atAlipay, atWechatpay } = await twoCodes();
        const { paymentNo } = atAlipay.payment;
        for (const { codeUrl } of [atAlipay, atWechatpay]) platform.simulator.payer.pay(codeUrl);
        const words = [askChannel(platform.ctx, atAlipay.attempt), askChannel(other, atWechatpay.attempt)];
        await Promise.all([...words, askChannel(other, atAlipay.attempt), giveBack(other)]);
        await Promise.all([giveBack(), giveBack(other)]);
        const story = await getPayment(platform.ctx, platform.caller, { paymentNo });
        expect(story.payment.status).toBe("succeeded");
        expect(story.heldReceipts).toHaveLength(1);
        const [held] = story.heldReceipts;
        expect(held?.outTradeNo).not.toBe(story.payment.settledBy);
        const refund = await finished(platform, held?.refundNo ?? "");
        expect(refund).toMatchObject({ status: "succeeded", amount: 100 });
        expect(await findHeldReceipts(platform.ctx.store.db, paymentNo)).toMatchObject([{ status: "refunded" }]);
        const own = platform.simulator
          .ledger()
          .filter(({ outTradeNo }) => story.attempts.some(({ attemptNo }) => attemptNo === outTradeNo));
        expect(own.map(({ state }) => state)).toEqual(["paid", "paid"]);
        expect(own.flatMap(({ refunds }) => refunds)).toMatchObject([{ outRefundNo: refund.refundNo, amount: 100 }]);
        kept[story.attempt.channel === "alipay" ? "alipay" : "wechatpay"]++;
      }
      expect(kept.wechatpay + kept.alipay).toBe(rounds);
      expect(await platform.violations()).toEqual([]);
    });
  });
});
