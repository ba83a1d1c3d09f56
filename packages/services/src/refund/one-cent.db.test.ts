import { describeBackends, openPlatform, type TestPlatform } from "@payhub/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  CHANNELS,
  eventsOf,
  finished,
  loseCallbacks,
  refundedOf,
  refundOf,
  script,
  takePaid,
} from "../../test/refunds.ts";
import { codeOf } from "../../test/support.ts";
import { createRefund } from "./create.ts";

describeBackends("refunds of a payment of one fen", (backend) => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await openPlatform(backend, { oneCent: true, simulator: { speed: 10_000 } });
    loseCallbacks(platform);
  });
  afterAll(() => platform.close());
  const refund = async (...order: Parameters<typeof refundOf>) =>
    (await createRefund(platform.ctx, platform.caller, refundOf(...order))).refund;
  const givenBack = (attemptNo: string) =>
    platform.simulator
      .ledger()
      .find(({ outTradeNo }) => outTradeNo === attemptNo)
      ?.refunds.filter(({ state }) => state === "succeeded")
      .map(({ amount }) => amount);

  describe.each(CHANNELS)("at %s", (channel) => {
    it("give the fen with the first, nothing with the others, and all of them succeed", async () => {
      const paid = await takePaid(platform, { channel, amount: 1288 });
      expect(paid.payment).toMatchObject({ amount: 1288, chargedAmount: 1, oneCent: true });
      const made = [
        await refund(paid, { amount: 288 }),
        await refund(paid, { amount: 500 }),
        await refund(paid, { amount: 500 }),
      ];
      expect(made.map(({ amount, chargedAmount }) => [amount, chargedAmount])).toEqual([
        [288, 1],
        [500, 0],
        [500, 0],
      ]);
      for (const { refundNo } of made)
        expect(await finished(platform, refundNo)).toMatchObject({ status: "succeeded" });
      expect(givenBack(paid.attempt.attemptNo)).toEqual([1]);
      expect(await refundedOf(platform, paid.payment.paymentNo)).toBe(1288);
      expect(await codeOf(refund(paid, { amount: 1 }))).toBe("REFUND_EXCEEDS_PAID");
      expect(await eventsOf(platform, paid.payment.paymentNo)).toEqual([
        "1 payment.succeeded",
        "2 refund.succeeded",
        "3 refund.succeeded",
        "4 refund.succeeded",
      ]);
      expect(await platform.violations()).toEqual([]);
    });

    it("give the fen with the next one when the first was refused", async () => {
      const paid = await takePaid(platform, { channel, amount: 1288 });
      script(platform, paid, { kind: "payer_abnormal" });
      expect(await codeOf(refund(paid, { amount: 1000 }))).toBe("CHANNEL_REJECTED");
      const made = [await refund(paid, { amount: 1000 }), await refund(paid, { amount: 288 })];
      expect(made.map(({ chargedAmount }) => chargedAmount)).toEqual([1, 0]);
      for (const { refundNo } of made)
        expect(await finished(platform, refundNo)).toMatchObject({ status: "succeeded" });
      expect(givenBack(paid.attempt.attemptNo)).toEqual([1]);
      expect(await platform.violations()).toEqual([]);
    });

    it("keep what the payment was made with when the switch is off by now", async () => {
      const paid = await takePaid(platform, { channel, amount: 1288 });
      const { settings } = platform.ctx;
      const ctx = platform.another({ settings: { ...settings, oneCent: false } });
      const made = await createRefund(ctx, platform.caller, refundOf(paid, { amount: 1288 }));
      expect(made.refund).toMatchObject({ amount: 1288, chargedAmount: 1 });
      expect(await finished(platform, made.refund.refundNo)).toMatchObject({ status: "succeeded" });
      expect(await platform.violations()).toEqual([]);
    });
  });
});
