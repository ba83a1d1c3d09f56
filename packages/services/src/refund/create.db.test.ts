import { describeBackends, openPlatform, type TestPlatform, takePayment } from "@payhub/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  alertsAbout,
  atChannel,
  CHANNELS,
  eventsOf,
  finished,
  loseCallbacks,
  refundedOf,
  refundOf,
  stored,
  takePaid,
} from "../../test/refunds.ts";
import { callsAbout, codeOf, flushCoordination, refusalOf } from "../../test/support.ts";
import { createApp } from "../merchant/create-app.ts";
import { askChannel } from "../payment/ask.ts";
import { createPayment } from "../payment/create.ts";
import { createRefund } from "./create.ts";
import { getRefund, listRefunds } from "./get.ts";

describeBackends("createRefund", (backend) => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await openPlatform(backend, { simulator: { speed: 10_000 }, initiationGapMs: 0 });
    loseCallbacks(platform);
  });
  afterAll(() => platform.close());
  const refund = (order: Parameters<typeof createRefund>[2], ctx = platform.ctx) =>
    createRefund(ctx, platform.caller, order);

  describe.each(CHANNELS)("at %s", (channel) => {
    it("gives a part back, then the rest, each an order with an event of its own", async () => {
      const paid = await takePaid(platform, { channel });
      const { paymentNo } = paid.payment;
      const first = await refund(refundOf(paid, { amount: 30 }));
      expect(first).toMatchObject({
        replayed: false,
        refund: {
          paymentNo,
          attemptNo: paid.attempt.attemptNo,
          amount: 30,
          chargedAmount: 30,
          channel,
          reason: "不想要了",
        },
      });
      expect(await refundedOf(platform, paymentNo)).toBe(30);
      expect(await finished(platform, first.refund.refundNo)).toMatchObject({ status: "succeeded", nextQueryAt: null });
      const rest = await refund(refundOf(paid, { amount: 70 }));
      expect(await finished(platform, rest.refund.refundNo)).toMatchObject({ status: "succeeded" });
      expect(await refundedOf(platform, paymentNo)).toBe(100);
      expect(atChannel(platform, first.refund.refundNo)).toMatchObject({ amount: 30, state: "succeeded" });
      expect(atChannel(platform, rest.refund.refundNo)).toMatchObject({ amount: 70, state: "succeeded" });
      expect(await eventsOf(platform, paymentNo)).toEqual([
        "1 payment.succeeded",
        "2 refund.succeeded",
        "3 refund.succeeded",
      ]);
      expect(await codeOf(refund(refundOf(paid, { amount: 1 })))).toBe("REFUND_EXCEEDS_PAID");
      expect(await platform.violations()).toEqual([]);
    });

    it("is found by the attempt as by the payment", async () => {
      const paid = await takePaid(platform, { channel });
      const { attemptNo } = paid.attempt;
      const byAttempt = await refund(refundOf(paid, { paymentNo: undefined, attemptNo, amount: 40 }));
      const byBoth = await refund(refundOf(paid, { attemptNo, amount: 60 }));
      for (const { refundNo } of [byAttempt.refund, byBoth.refund]) {
        expect(await finished(platform, refundNo)).toMatchObject({ status: "succeeded", attemptNo });
      }
      expect(await platform.violations()).toEqual([]);
    });

    it("refuses what is not there, with nothing stored and nothing asked", async () => {
      const paid = await takePaid(platform, { channel });
      const before = callsAbout(platform, paid.attempt.attemptNo);
      const refusal = await refusalOf(refund(refundOf(paid, { amount: 101 })));
      expect(refusal).toMatchObject({ code: "REFUND_EXCEEDS_PAID", details: { paid: 100, refunded: 0, left: 100 } });
      expect(await refundedOf(platform, paid.payment.paymentNo)).toBe(0);
      expect(callsAbout(platform, paid.attempt.attemptNo)).toEqual(before);
      expect(await platform.violations()).toEqual([]);
    });

    it("tells what the channel refused for good, and the amount is free again", async () => {
      const paid = await takePaid(platform, { channel });
      platform.simulator.faults.refund({ channel, outcome: { kind: "payer_abnormal" } });
      const order = refundOf(paid, { amount: 100 });
      const refusal = await refusalOf(refund(order));
      const channelCode = channel === "alipay" ? "ACQ.BUYER_ENABLE_STATUS_FORBID" : "USER_ACCOUNT_ABNORMAL";
      expect(refusal).toMatchObject({ code: "CHANNEL_REJECTED", details: { channel, channelCode } });
      expect(await refusalOf(refund(order))).toMatchObject({ code: "CHANNEL_REJECTED", details: { replayed: true } });
      expect(await refundedOf(platform, paid.payment.paymentNo)).toBe(0);
      const again = await refund(refundOf(paid, { amount: 100 }));
      expect(await finished(platform, again.refund.refundNo)).toMatchObject({ status: "succeeded" });
      expect(await eventsOf(platform, paid.payment.paymentNo)).toEqual([
        "1 payment.succeeded",
        "2 refund.failed",
        "3 refund.succeeded",
      ]);
      expect(await platform.violations()).toEqual([]);
    });
  });

  describe("what cannot be refunded", () => {
    it("an unpaid payment, a closed one, another attempt than the paid one", async () => {
      const open = await takePayment(platform);
      expect(await refusalOf(refund(refundOf(open)))).toMatchObject({
        code: "ORDER_CONFLICT",
        details: { status: "created" },
      });
      const again = platform.order({ orderNo: open.payment.orderNo, accountNo: platform.accounts.alipay.accountNo });
      const { attempt } = await createPayment(platform.ctx, platform.caller, again);
      if (attempt.action?.type !== "show_qr") throw new Error("no code");
      platform.simulator.payer.pay(attempt.action.codeUrl);
      await askChannel(platform.ctx, attempt);
      const paid = await takePaid(platform);
      expect(await codeOf(refund(refundOf(paid, { attemptNo: open.attempt.attemptNo })))).toBe("NOT_FOUND");
      expect(await codeOf(refund(refundOf(paid, { paymentNo: undefined, attemptNo: open.attempt.attemptNo })))).toBe(
        "ORDER_CONFLICT",
      );
    });

    it("what is not this app's: it does not exist for it", async () => {
      const paid = await takePaid(platform);
      const { app } = await createApp(platform.ctx, { name: "stranger" });
      const stranger = { appId: app.appId };
      const { attemptNo } = paid.attempt;
      expect(await codeOf(createRefund(platform.ctx, stranger, refundOf(paid)))).toBe("NOT_FOUND");
      const byAttempt = createRefund(platform.ctx, stranger, refundOf(paid, { paymentNo: undefined, attemptNo }));
      expect(await refusalOf(byAttempt)).toMatchObject({
        code: "NOT_FOUND",
        message: `this app has no attempt ${attemptNo}`,
      });
      expect(await codeOf(refund(refundOf(paid, { paymentNo: "P0" })))).toBe("NOT_FOUND");
      expect(await codeOf(refund(refundOf(paid, { paymentNo: undefined, attemptNo: "T0" })))).toBe("NOT_FOUND");
      const own = await refund(refundOf(paid));
      const { refundNo, refundOrderNo } = own.refund;
      expect(await codeOf(getRefund(platform.ctx, stranger, { refundNo }))).toBe("NOT_FOUND");
      expect(await codeOf(getRefund(platform.ctx, stranger, { refundOrderNo }))).toBe("NOT_FOUND");
      expect((await listRefunds(platform.ctx, stranger, { limit: 10 })).items).toEqual([]);
      expect(await getRefund(platform.ctx, platform.caller, { refundOrderNo })).toMatchObject({ refundNo });
      await finished(platform, refundNo);
      const page = { paymentNo: paid.payment.paymentNo, status: "succeeded" as const, limit: 10 };
      const { items } = await listRefunds(platform.ctx, platform.caller, page);
      expect(items.map((item) => item.refundNo)).toEqual([refundNo]);
      expect(await platform.violations()).toEqual([]);
    });
  });

  describe("under its key and its number", () => {
    it("answers a repeat from the store, the channel asked once", async () => {
      const paid = await takePaid(platform);
      const order = refundOf(paid);
      const first = await refund(order);
      const repeat = await refund(order);
      expect(repeat).toEqual({ refund: first.refund, replayed: true });
      expect(callsAbout(platform, paid.attempt.attemptNo).filter((call) => call === "refund")).toHaveLength(1);
      expect(await refundedOf(platform, paid.payment.paymentNo)).toBe(30);
      expect(await platform.violations()).toEqual([]);
    });

    it("names the fields that differ, with the cache and after its loss", async () => {
      const paid = await takePaid(platform);
      const order = refundOf(paid);
      await refund(order);
      const reused = { code: "IDEMPOTENCY_KEY_REUSED", details: { fields: ["amount", "reason"] } };
      expect(await refusalOf(refund({ ...order, amount: 31, reason: "secret-value" }))).toMatchObject(reused);
      const ctx = platform.another({ coordination: await flushCoordination(backend) });
      const refusal = await refusalOf(refund({ ...order, amount: 31, reason: "secret-value" }, ctx));
      expect(refusal).toMatchObject(reused);
      expect(JSON.stringify(refusal)).not.toContain("secret-value");
      expect(await refundedOf(platform, paid.payment.paymentNo)).toBe(30);
    });

    it("finds the refund again without the cache, by its key and by its number", async () => {
      const paid = await takePaid(platform);
      const order = refundOf(paid);
      const { refundNo } = (await refund(order)).refund;
      const ctx = platform.another({ coordination: await flushCoordination(backend) });
      expect((await refund(order, ctx)).refund.refundNo).toBe(refundNo);
      const otherKey = { ...order, idempotencyKey: `${order.idempotencyKey}-2` };
      expect((await refund(otherKey, ctx)).refund.refundNo).toBe(refundNo);
      await finished(platform, refundNo);
      const replayed = await refund({ ...order, idempotencyKey: `${order.idempotencyKey}-3` });
      expect(replayed.refund).toMatchObject({ refundNo, status: "succeeded" });
      expect(callsAbout(platform, paid.attempt.attemptNo).filter((call) => call === "refund")).toHaveLength(1);
      expect(await platform.violations()).toEqual([]);
    });

    it("refuses another amount or payment under a number of the app's", async () => {
      const [paid, other] = [await takePaid(platform), await takePaid(platform)];
      const order = refundOf(paid);
      const { refundNo } = (await refund(order)).refund;
      for (const changes of [
        { amount: 31 },
        { paymentNo: other.payment.paymentNo },
        { paymentNo: undefined, attemptNo: other.attempt.attemptNo },
      ]) {
        const call = refund({ ...order, idempotencyKey: refundOf(paid).idempotencyKey, ...changes });
        expect(await refusalOf(call)).toMatchObject({ code: "ORDER_CONFLICT", details: { refundNo, amount: 30 } });
      }
      expect(await refundedOf(platform, other.payment.paymentNo)).toBe(0);
    });

    it("stores a refusal: what would fit by now is refused as before under the same key", async () => {
      const paid = await takePaid(platform);
      platform.simulator.faults.refund({ channel: "wechatpay", outcome: { kind: "closed", afterMs: 0 } });
      const all = await refund(refundOf(paid, { amount: 100 }));
      const refused = refundOf(paid, { amount: 10 });
      expect(await codeOf(refund(refused))).toBe("REFUND_EXCEEDS_PAID");
      expect(await finished(platform, all.refund.refundNo)).toMatchObject({ status: "closed" });
      expect(await refusalOf(refund(refused))).toMatchObject({
        code: "REFUND_EXCEEDS_PAID",
        details: { replayed: true },
      });
      const fresh = await refund({ ...refused, idempotencyKey: `${refused.idempotencyKey}-2` });
      expect(await finished(platform, fresh.refund.refundNo)).toMatchObject({ status: "succeeded" });
      expect(alertsAbout(platform, fresh.refund.refundNo)).toEqual([]);
      expect(await stored(platform, all.refund.refundNo)).toMatchObject({ status: "closed" });
      expect(await platform.violations()).toEqual([]);
    });
  });
});
