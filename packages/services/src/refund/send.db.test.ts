import type { Refund } from "@payhub/domain";
import type { Fault } from "@payhub/simulator";
import { updateOpenRefund } from "@payhub/store";
import { describeBackends, openPlatform, type TakenPayment, type TestPlatform } from "@payhub/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  alertsAbout,
  atChannel,
  CHANNELS,
  decidedAtChannel,
  eventsOf,
  finished,
  loseCallbacks,
  passTime,
  refundedOf,
  refundOf,
  script,
  stored,
  takePaid,
} from "../../test/refunds.ts";
import { callsAbout, codeOf, dyingAt } from "../../test/support.ts";
import { createRefund } from "./create.ts";
import { syncDueRefunds } from "./sync.ts";

const DEADLINE_MS = 1_000;
const holdMs = DEADLINE_MS * 3;

describeBackends("a refund that the channel leaves open", (backend) => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await openPlatform(backend, {
      simulator: { speed: 10_000 },
      settings: { channelDeadlineMs: DEADLINE_MS },
    });
    loseCallbacks(platform);
  });
  afterAll(() => platform.close());

  const refund = async (paid: TakenPayment, amount: number) =>
    (await createRefund(platform.ctx, platform.caller, refundOf(paid, { amount }))).refund;

  /** The refund has its amount, and nobody else can have it. */
  async function expectReserved(paid: TakenPayment, { refundNo, amount }: Refund): Promise<Refund> {
    const now = await stored(platform, refundNo);
    expect(now.status).toBe("created");
    expect(await refundedOf(platform, paid.payment.paymentNo)).toBe(amount);
    const rival = refundOf(paid, { amount: paid.payment.amount - amount + 1 });
    expect(await codeOf(createRefund(platform.ctx, platform.caller, rival))).toBe("REFUND_EXCEEDS_PAID");
    return now;
  }
  const refundCalls = (paid: TakenPayment) =>
    callsAbout(platform, paid.attempt.attemptNo).filter((call) => call === "refund").length;
  /** The channel has this refund and no other of the order. */
  function expectOnly(paid: TakenPayment, { refundNo, amount }: Refund): void {
    const trade = platform.simulator.ledger().find(({ outTradeNo }) => outTradeNo === paid.attempt.attemptNo);
    expect(trade?.refunds).toMatchObject([{ outRefundNo: refundNo, amount }]);
  }

  const faults: { name: string; fault: Fault; isTaken: boolean; only?: "wechatpay" | "alipay" }[] = [
    { name: "no answer, taken", fault: { kind: "timeout_after_commit", holdMs }, isTaken: true },
    { name: "no answer, not taken", fault: { kind: "timeout_before_commit", holdMs }, isTaken: false },
    { name: "HTTP 500, taken", fault: { kind: "status", status: 500, committed: true }, isTaken: true },
    { name: "HTTP 502, not taken", fault: { kind: "status", status: 502 }, isTaken: false },
    { name: "HTTP 429, not taken", fault: { kind: "status", status: 429 }, isTaken: false },
    { name: "a line cut after it", fault: { kind: "drop", when: "after" }, isTaken: true },
    { name: "a line cut before it", fault: { kind: "drop", when: "before" }, isTaken: false },
    { name: "an answer not to be believed", fault: { kind: "bad_signature" }, isTaken: true },
    { name: "20000, taken", fault: { kind: "unknown_result", committed: true }, isTaken: true, only: "alipay" },
  ];
  for (const channel of CHANNELS) {
    for (const { name, fault, isTaken, only } of faults) {
      if (only !== undefined && only !== channel) continue;
      it(`stays reserved and is found or sent again under its number, at ${channel}: ${name}`, async () => {
        const paid = await takePaid(platform, { channel });
        platform.simulator.faults.script({ channel, operation: "refund", fault });
        const open = await refund(paid, 60);
        expect(open).toMatchObject({ status: "created", unknown: true });
        await expectReserved(paid, open);
        expect(atChannel(platform, open.refundNo) !== undefined).toBe(isTaken);
        if (isTaken) await decidedAtChannel(platform, open.refundNo);
        await passTime(platform);
        expect(await finished(platform, open.refundNo)).toMatchObject({ status: "succeeded", unknown: false });
        expect(refundCalls(paid)).toBe(isTaken ? 1 : 2);
        expectOnly(paid, open);
        expect(await refundedOf(platform, paid.payment.paymentNo)).toBe(60);
        expect(await platform.violations()).toEqual([]);
      });
    }

    it(`is asked about on and on while ${channel} does not answer, and never sent a second time`, async () => {
      const paid = await takePaid(platform, { channel });
      platform.simulator.faults.script({ channel, operation: "refund", fault: { kind: "drop", when: "after" } });
      const fault = { kind: "status", status: 500 } as const;
      platform.simulator.faults.script({ channel, operation: "refund_query", times: 3, fault });
      const open = await refund(paid, 60);
      for (let question = 0; question < 3; question++) {
        await passTime(platform);
        expect(await expectReserved(paid, open)).toMatchObject({ unknown: true });
      }
      await decidedAtChannel(platform, open.refundNo);
      await passTime(platform);
      expect(await stored(platform, open.refundNo)).toMatchObject({ status: "succeeded" });
      expect(refundCalls(paid)).toBe(1);
      expect(await platform.violations()).toEqual([]);
    });

    it(`is not failed because ${channel} refuses to tell`, async () => {
      const paid = await takePaid(platform, { channel });
      platform.simulator.faults.script({ channel, operation: "refund", fault: { kind: "drop", when: "after" } });
      const open = await refund(paid, 60);
      const refusal = { kind: "status", status: 403, code: "NO_AUTH" } as const;
      platform.simulator.faults.script({ channel, operation: "refund_query", fault: refusal });
      await passTime(platform);
      expect(await expectReserved(paid, open)).toMatchObject({ unknown: true, failureCode: null });
      expect(await finished(platform, open.refundNo)).toMatchObject({ status: "succeeded" });
      expect(await platform.violations()).toEqual([]);
    });

    it(`is resolved under its number after a death between ${channel}'s word and our commit`, async () => {
      const paid = await takePaid(platform, { channel });
      const order = refundOf(paid, { amount: 60 });
      const dying = dyingAt(platform, "channel.answered");
      await expect(createRefund(dying, platform.caller, order)).rejects.toThrow("channel.answered");
      const { refund: open } = await createRefund(platform.ctx, platform.caller, order);
      await expectReserved(paid, open);
      expect(open.calledUntil).toBeGreaterThan(platform.clock.now());
      await syncDueRefunds(platform.ctx, { limit: 100, concurrency: 1 });
      expect(refundCalls(paid)).toBe(1);
      await decidedAtChannel(platform, open.refundNo);
      platform.clock.set(open.calledUntil);
      await syncDueRefunds(platform.ctx, { limit: 100, concurrency: 1 });
      expect(await stored(platform, open.refundNo)).toMatchObject({ status: "succeeded" });
      expect(refundCalls(paid)).toBe(1);
      expectOnly(paid, open);
      expect(await platform.violations()).toEqual([]);
    });

    it(`is sent at last after a death before ${channel} was asked`, async () => {
      const paid = await takePaid(platform, { channel });
      const order = refundOf(paid, { amount: 60 });
      const dying = dyingAt(platform, "payment.committed");
      await expect(createRefund(dying, platform.caller, order)).rejects.toThrow("payment.committed");
      expect(refundCalls(paid)).toBe(0);
      await syncDueRefunds(platform.ctx, { limit: 100, concurrency: 1 });
      const { refund: open } = await createRefund(platform.ctx, platform.caller, order);
      expect(await finished(platform, open.refundNo)).toMatchObject({ status: "succeeded" });
      expect(callsAbout(platform, paid.attempt.attemptNo).filter((call) => call === "refund_query").length).toBe(
        channel === "alipay" ? 0 : 1,
      );
      expect(refundCalls(paid)).toBe(1);
      expect(await platform.violations()).toEqual([]);
    });

    it(`waits for money of the merchant at ${channel} and goes under the same number`, async () => {
      const paid = await takePaid(platform, { channel });
      script(platform, paid, { kind: "not_enough" });
      const open = await refund(paid, 60);
      const code = channel === "alipay" ? "ACQ.SELLER_BALANCE_NOT_ENOUGH" : "NOT_ENOUGH";
      expect(await expectReserved(paid, open)).toMatchObject({ unknown: false, failureCode: code });
      expect(alertsAbout(platform, open.refundNo)).toEqual(["refund_not_enough"]);
      await passTime(platform, 9 * 60_000);
      expect(refundCalls(paid)).toBe(1);
      await passTime(platform, 60_000);
      expect(refundCalls(paid)).toBe(2);
      expect(await finished(platform, open.refundNo)).toMatchObject({ status: "succeeded", failureCode: null });
      expectOnly(paid, open);
      expect(await platform.violations()).toEqual([]);
    });

    it(`shows and tells when ${channel} has other values under its number`, async () => {
      const paid = await takePaid(platform, { channel });
      platform.simulator.faults.script({ channel, operation: "refund", fault: { kind: "drop", when: "after" } });
      const open = await refund(paid, 60);
      await decidedAtChannel(platform, open.refundNo);
      const { db } = platform.ctx.store;
      await db.updateTable("refund").set({ chargedAmount: 59 }).where("refundNo", "=", open.refundNo).execute();
      await passTime(platform);
      expect(await stored(platform, open.refundNo)).toMatchObject({ status: "created", unknown: true });
      expect(alertsAbout(platform, open.refundNo)).toEqual(["amount_mismatch"]);
      const { updatedAt } = open;
      await updateOpenRefund(db, open.refundNo, { unknown: false, calledUntil: 0, updatedAt });
      await passTime(platform);
      expect(await stored(platform, open.refundNo)).toMatchObject({ status: "created", abnormal: true });
      expect(alertsAbout(platform, open.refundNo)).toEqual(["amount_mismatch", "refund_abnormal"]);
      await db.updateTable("refund").set({ chargedAmount: 60 }).where("refundNo", "=", open.refundNo).execute();
      await passTime(platform, 30 * 60_000);
      expect(await stored(platform, open.refundNo)).toMatchObject({ status: "succeeded", abnormal: false });
      expect(await platform.violations()).toEqual([]);
    });
  }

  it("frees the amount when WeChat Pay closes it", async () => {
    const paid = await takePaid(platform);
    script(platform, paid, { kind: "closed", afterMs: 0 });
    const open = await refund(paid, 100);
    await expectReserved(paid, open);
    expect(await finished(platform, open.refundNo)).toMatchObject({ status: "closed", nextQueryAt: null });
    expect(await refundedOf(platform, paid.payment.paymentNo)).toBe(0);
    const again = await refund(paid, 100);
    expect(await finished(platform, again.refundNo)).toMatchObject({ status: "succeeded" });
    expect(await eventsOf(platform, paid.payment.paymentNo)).toEqual([
      "1 payment.succeeded",
      "2 refund.closed",
      "3 refund.succeeded",
    ]);
    expect(await platform.violations()).toEqual([]);
  });

  it("asks Alipay, which says fund_change=N, until the money moved", async () => {
    const paid = await takePaid(platform, { channel: "alipay" });
    // Two minutes of the channel's time: its clock runs 10,000 times faster than ours.
    script(platform, paid, { kind: "succeeded", afterMs: 120_000 });
    const open = await refund(paid, 60);
    expect(await expectReserved(paid, open)).toMatchObject({ unknown: false });
    expect(await finished(platform, open.refundNo)).toMatchObject({ status: "succeeded" });
    expect(refundCalls(paid)).toBe(1);
    expect(await platform.violations()).toEqual([]);
  });

  it("tells people of a refund that Alipay took and never makes", async () => {
    const paid = await takePaid(platform, { channel: "alipay" });
    script(platform, paid, { kind: "closed" });
    const open = await refund(paid, 60);
    for (let question = 0; question < 9; question++) await passTime(platform, 40 * 60_000);
    expect(alertsAbout(platform, open.refundNo)).toEqual(["refund_not_settled"]);
    await expectReserved(paid, open);
    expect(await platform.violations()).toEqual([]);
  });

  describe("asking about it", () => {
    it("goes by the ladder: five times after a minute, then 5, 10, 20 and every 30", async () => {
      const paid = await takePaid(platform);
      script(platform, paid, { kind: "succeeded", afterMs: 3 * 86_400_000_000 });
      const open = await refund(paid, 60);
      const waits: number[] = [];
      for (let question = 0; question < 11; question++) {
        const { nextQueryAt } = await stored(platform, open.refundNo);
        const waitMs = (nextQueryAt ?? 0) - platform.clock.now();
        waits.push(waitMs / 60_000);
        await passTime(platform, waitMs);
      }
      const steps = [1, 1, 1, 1, 1, 5, 10, 20, 30, 30, 30];
      waits.forEach((minutes, index) => {
        expect(minutes).toBeGreaterThanOrEqual(steps[index] ?? 0);
        expect(minutes).toBeLessThanOrEqual((steps[index] ?? 0) * 1.1);
      });
      expect(await platform.violations()).toEqual([]);
    });
  });
});
