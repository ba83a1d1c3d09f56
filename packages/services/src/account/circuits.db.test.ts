import { setTimeout as sleep } from "node:timers/promises";
import { describeBackends, openPlatform, type TestPlatform, takePayment } from "@payhub/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CHANNELS, finished, loseCallbacks, passTime, refundOf, stored, takePaid } from "../../test/refunds.ts";
import { callsAbout, dyingAt, refusalOf } from "../../test/support.ts";
import { createPayment } from "../payment/create.ts";
import { createRefund } from "../refund/create.ts";

const HALF_OPEN_AFTER_MS = 300;

describeBackends("a channel that does not answer", (backend) => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await openPlatform(backend, {
      simulator: { speed: 10_000 },
      circuit: { failures: 2, halfOpenAfterMs: HALF_OPEN_AFTER_MS },
    });
    loseCallbacks(platform);
  });
  afterAll(() => platform.close());
  const callsOf = (channel: string, operation: string) =>
    platform.simulator.calls().filter((call) => call.channel === channel && call.operation === operation).length;
  const opened = (channel: string) =>
    platform.alerts.filter(({ kind, facts }) => kind === "circuit_open" && facts.channel === channel);

  describe.each(CHANNELS)("%s", (channel) => {
    const down = { kind: "status", status: 500 } as const;

    it("is not asked for a while: typed, told once, nothing guessed, other operations and channels go on", async () => {
      const { ctx, caller, simulator, accounts } = platform;
      const { accountNo } = accounts[channel];
      simulator.faults.script({ channel, operation: "create", fault: down, times: 2 });
      for (let call = 0; call < 2; call++) {
        expect((await refusalOf(takePayment(platform, { channel }))).code).toBe("OUTCOME_UNKNOWN");
      }
      const before = callsOf(channel, "create");
      const order = platform.order({ accountNo });
      expect(await refusalOf(createPayment(ctx, caller, order))).toMatchObject({
        code: "CHANNEL_UNAVAILABLE",
        retryable: true,
        details: { channel },
      });
      expect(callsOf(channel, "create")).toBe(before);
      expect(opened(channel)).toMatchObject([{ facts: { accountNo, operation: "create" } }]);
      const elsewhere = channel === "alipay" ? "wechatpay" : "alipay";
      await takePaid(platform, { channel: elsewhere });
      await sleep(HALF_OPEN_AFTER_MS + 20);
      const again = await createPayment(ctx, caller, order);
      expect(again).toMatchObject({ replayed: false, attempt: { ordinal: 1, state: "awaiting_payer" } });
      expect(opened(channel)).toHaveLength(1);
      expect(await platform.violations()).toEqual([]);
    });

    it("keeps a refund's amount reserved, unsent, and gets it under the same number once it answers", async () => {
      const { ctx, caller, simulator } = platform;
      const [one, two, three] = [
        await takePaid(platform, { channel }),
        await takePaid(platform, { channel }),
        await takePaid(platform, { channel }),
      ];
      simulator.faults.script({ channel, operation: "refund", fault: down, times: 2 });
      for (const paid of [one, two]) await createRefund(ctx, caller, refundOf(paid));
      const { refund } = await createRefund(ctx, caller, refundOf(three, { amount: 100 }));
      expect(refund).toMatchObject({ status: "created", unknown: false, calledUntil: 0 });
      expect((await refusalOf(createRefund(ctx, caller, refundOf(three, { amount: 1 })))).code).toBe(
        "REFUND_EXCEEDS_PAID",
      );
      expect(callsAbout(platform, three.attempt.attemptNo)).not.toContain("refund");
      await sleep(HALF_OPEN_AFTER_MS + 20);
      await passTime(platform, 5_000);
      expect(callsAbout(platform, three.attempt.attemptNo).filter((call) => call.startsWith("refund"))).toEqual([
        "refund",
      ]);
      expect(await finished(platform, refund.refundNo)).toMatchObject({ status: "succeeded" });
      await passTime(platform, 120_000);
      expect(await platform.violations()).toEqual([]);
    });

    it("is still asked first when a refund may have been sent and asking itself could not be sent", async () => {
      const { ctx, caller, simulator, clock } = platform;
      const broken = [await takePaid(platform, { channel }), await takePaid(platform, { channel })];
      simulator.faults.script({ channel, operation: "refund", fault: down, times: 2 });
      for (const one of broken) await createRefund(ctx, caller, refundOf(one));
      await sleep(HALF_OPEN_AFTER_MS + 20);
      clock.advance(50_000);
      const paid = await takePaid(platform, { channel });
      const order = refundOf(paid, { amount: 60 });
      const dying = createRefund(dyingAt(platform, "channel.answered"), caller, order);
      await expect(dying).rejects.toThrow("channel.answered");
      const { refundNo, calledUntil } = (await createRefund(ctx, caller, order)).refund;
      simulator.faults.script({ channel, operation: "refund_query", fault: down, times: 2 });
      await passTime(platform, 20_000);
      await passTime(platform, calledUntil - clock.now());
      expect(await stored(platform, refundNo)).toMatchObject({ status: "created", unknown: false, queryCount: 1 });
      await sleep(HALF_OPEN_AFTER_MS + 20);
      await passTime(platform, 5_000);
      expect(await finished(platform, refundNo)).toMatchObject({ status: "succeeded" });
      expect(callsAbout(platform, paid.attempt.attemptNo).filter((call) => call === "refund")).toHaveLength(1);
      await passTime(platform, 120_000);
      expect(await platform.violations()).toEqual([]);
    });
  });
});
