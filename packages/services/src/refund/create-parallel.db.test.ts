import { PayhubError } from "@payhub/domain";
import { findRefunds } from "@payhub/store";
import { describeBackends, openPlatform, type TestPlatform, takePayment } from "@payhub/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CHANNELS, finished, loseCallbacks, refundedOf, refundOf, takePaid } from "../../test/refunds.ts";
import { anotherProcess, callsAbout, flushCoordination } from "../../test/support.ts";
import type { ServiceContext } from "../context.ts";
import { askChannel } from "../payment/ask.ts";
import { closePayment } from "../payment/close.ts";
import { readPayment } from "../payment/get.ts";
import { syncAttempt } from "../payment/sync.ts";
import { createRefund } from "./create.ts";
import { syncDueRefunds } from "./sync.ts";

describeBackends("refunds at the same moment", (backend) => {
  let platform: TestPlatform;
  let other: ServiceContext;
  beforeAll(async () => {
    platform = await openPlatform(backend, { simulator: { speed: 10_000 } });
    loseCallbacks(platform);
    other = await anotherProcess(backend, platform);
  });
  afterAll(() => platform.close());

  const refundsOf = (paymentNo: string) => findRefunds(platform.ctx.store.db, paymentNo);
  async function finishAll(paymentNo: string): Promise<void> {
    for (const { refundNo } of await refundsOf(paymentNo)) await finished(platform, refundNo);
  }

  describe.each(CHANNELS)("at %s", (channel) => {
    it.each(["one process", "two processes"])(
      "gives 3 of 50 refunds of 30 on a payment of 100: %s",
      async (processes) => {
        const paid = await takePaid(platform, { channel, amount: 100 });
        const { paymentNo } = paid.payment;
        const contexts = processes === "one process" ? [platform.ctx] : [platform.ctx, other];
        const outcomes = await Promise.all(
          Array.from({ length: 50 }, (_, index) =>
            createRefund(
              contexts[index % contexts.length] ?? platform.ctx,
              platform.caller,
              refundOf(paid, { amount: 30 }),
            ).then(
              () => "accepted",
              (error: unknown) => (error instanceof PayhubError ? error.code : String(error)),
            ),
          ),
        );
        expect(outcomes.filter((outcome) => outcome === "accepted")).toHaveLength(3);
        expect(outcomes.filter((outcome) => outcome === "REFUND_EXCEEDS_PAID")).toHaveLength(47);
        expect(await refundedOf(platform, paymentNo)).toBe(90);
        await finishAll(paymentNo);
        expect((await refundsOf(paymentNo)).map(({ status }) => status)).toEqual([
          "succeeded",
          "succeeded",
          "succeeded",
        ]);
        expect(await refundedOf(platform, paymentNo)).toBe(90);
        expect(await platform.violations()).toEqual([]);
      },
    );
  });

  it("stores one refund when one order for it arrives twenty times in two processes, without the cache", async () => {
    const paid = await takePaid(platform);
    const order = refundOf(paid);
    const lossy = platform.another({ coordination: await flushCoordination(backend) });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        createRefund(index % 2 === 0 ? lossy : other, platform.caller, {
          ...order,
          idempotencyKey: `${order.idempotencyKey}-${index}`,
        }),
      ),
    );
    expect(new Set(answers.map(({ refund }) => refund.refundNo)).size).toBe(1);
    expect(callsAbout(platform, paid.attempt.attemptNo).filter((call) => call === "refund")).toHaveLength(1);
    expect(await refundedOf(platform, paid.payment.paymentNo)).toBe(30);
    await finishAll(paid.payment.paymentNo);
    expect(await platform.violations()).toEqual([]);
  });

  it("lets one of two payments have a number of the app's when both ask at once", async () => {
    const [paid, rival] = [await takePaid(platform), await takePaid(platform)];
    const { refundOrderNo } = refundOf(paid);
    const outcomes = await Promise.allSettled(
      [paid, rival].map((one, index) =>
        createRefund(index === 0 ? platform.ctx : other, platform.caller, refundOf(one, { refundOrderNo })),
      ),
    );
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(outcomes.find(({ status }) => status === "rejected")).toMatchObject({ reason: { code: "ORDER_CONFLICT" } });
    for (const { payment } of [paid, rival]) await finishAll(payment.paymentNo);
    expect(
      (await refundedOf(platform, paid.payment.paymentNo)) + (await refundedOf(platform, rival.payment.paymentNo)),
    ).toBe(30);
    expect(await platform.violations()).toEqual([]);
  });

  it("is taken further by one of two processes that find it due", async () => {
    const paid = await takePaid(platform, { channel: "alipay" });
    platform.simulator.faults.script({
      channel: "alipay",
      operation: "refund",
      fault: { kind: "drop", when: "before" },
    });
    const { refund } = await createRefund(platform.ctx, platform.caller, refundOf(paid));
    expect(refund).toMatchObject({ status: "created", unknown: true });
    platform.clock.advance(70_000);
    const due = { limit: 100, concurrency: 4 };
    await Promise.all([platform.ctx, other, platform.ctx, other].map((ctx) => syncDueRefunds(ctx, due)));
    expect(await finished(platform, refund.refundNo)).toMatchObject({ status: "succeeded" });
    expect(callsAbout(platform, paid.attempt.attemptNo).filter((call) => call === "refund_query")).toHaveLength(1);
    expect(await platform.violations()).toEqual([]);
  });

  it.each(CHANNELS)(
    "races closing at %s: a paid payment is refunded or told to be unpaid, never closed",
    async (channel) => {
      for (let round = 0; round < 5; round++) {
        const taken = await takePayment(platform, { channel, amount: 100 });
        const { paymentNo } = taken.payment;
        const { ctx, caller, simulator } = platform;
        simulator.payer.pay(taken.codeUrl);
        const [closing, refunding] = await Promise.allSettled([
          closePayment(ctx, caller, { paymentNo, idempotencyKey: `close-${paymentNo}` }),
          createRefund(other, caller, refundOf(taken, { amount: 100 })),
          askChannel(other, taken.attempt),
        ]);
        expect(closing).toMatchObject({ status: "rejected", reason: { code: "ALREADY_PAID" } });
        if (refunding.status === "rejected") expect(refunding.reason).toMatchObject({ code: "ORDER_CONFLICT" });
        expect((await readPayment(ctx.store.db, { paymentNo })).payment.status).toBe("succeeded");
        await finishAll(paymentNo);
        expect(await refundedOf(platform, paymentNo)).toBe(refunding.status === "fulfilled" ? 100 : 0);
        expect(await platform.violations()).toEqual([]);
      }
    },
  );

  it("races the late word that it was paid, and the word of its full refund: nothing moves twice", async () => {
    for (const channel of CHANNELS) {
      const paid = await takePaid(platform, { channel });
      const asked = Array.from({ length: 5 }, () => askChannel(other, paid.attempt));
      const [{ refund }] = await Promise.all([
        createRefund(platform.ctx, platform.caller, refundOf(paid, { amount: 100 })),
        ...asked,
        syncAttempt(other, paid.attempt.attemptNo),
      ]);
      await finished(platform, refund.refundNo);
      await Promise.all([askChannel(platform.ctx, paid.attempt), askChannel(other, paid.attempt)]);
      const { payment } = await readPayment(platform.ctx.store.db, { paymentNo: paid.payment.paymentNo });
      expect(payment).toMatchObject({ status: "succeeded", refundedAmount: 100, lastSequence: 2 });
      expect(await platform.violations()).toEqual([]);
    }
  });
});
