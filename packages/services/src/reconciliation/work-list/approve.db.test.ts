import type { Difference } from "@payhub/domain";
import { describeBackends, openPlatform, type TakenPayment, type TestPlatform } from "@payhub/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { actsOn, found, kept } from "../../../test/differences.ts";
import {
  CHANNELS,
  type ChannelName,
  decidedAtChannel,
  eventsOf,
  finished,
  refundedOf,
  refundOf,
  script,
  takePaid,
} from "../../../test/refunds.ts";
import { anotherProcess, Crash, callsAbout, codeOf, dyingAt, refusalOf } from "../../../test/support.ts";
import { getPayment } from "../../payment/get.ts";
import { createRefund } from "../../refund/create.ts";
import { getRefund } from "../../refund/get.ts";
import { approveFix } from "./approve.ts";
import { resolveDifference } from "./end.ts";
import { proposeFix } from "./propose.ts";
import { rejectFix } from "./reject.ts";
import { reopenDifference } from "./reopen.ts";

let outside = 0;

describeBackends("approveFix of record_refund", (backend) => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await openPlatform(backend, { simulator: { speed: 10_000 } });
  });
  afterAll(() => platform.close());

  /** Gives money back at the channel, past payhub. */
  async function refundOutside({ attempt }: TakenPayment, amount: number): Promise<string> {
    const refundNo = `OUTSIDE-${++outside}-`.padEnd(40, "x");
    const { connection } = await platform.ctx.connections.of(attempt.accountNo);
    const { receipt } = await paidOf(attempt.attemptNo, attempt.accountNo);
    const { channelTradeNo, amount: total } = receipt;
    const order = { attemptNo: attempt.attemptNo, channelTradeNo, refundNo, amount, total, reason: "x" };
    const { channel, accountNo } = attempt;
    const notifyUrl = `${platform.ctx.settings.publicUrl}/callbacks/${channel}/${accountNo}/refunds`;
    await connection.refund({ ...order, notifyUrl });
    await decidedAtChannel(platform, refundNo);
    return refundNo;
  }

  async function paidOf(attemptNo: string, accountNo: string) {
    const { connection } = await platform.ctx.connections.of(accountNo);
    const answer = await connection.query({ attemptNo });
    if (answer.kind !== "paid") throw new Error(`the order is ${answer.kind}`);
    return answer;
  }

  /** The difference that a run stores for a refund line without a refund. */
  function missing({ payment, attempt }: TakenPayment, outRefundNo: string, amount: number): Promise<Difference> {
    const { accountNo, channel, attemptNo: outTradeNo } = attempt;
    const line = {
      lineNo: 2,
      kind: "refund",
      outTradeNo,
      channelTradeNo: "1",
      outRefundNo,
      channelRefundNo: "2",
    } as const;
    return found(platform, {
      accountNo,
      channel,
      differenceClass: "missing_here",
      cause: "refund_past_payhub",
      proposedFix: "record_refund",
      paymentNo: payment.paymentNo,
      outTradeNo,
      outRefundNo,
      delta: -amount,
      billLine: { ...line, amount, fee: 0, status: "succeeded", occurredAt: platform.clock.now() - 1_000 },
      bookSide: null,
    });
  }

  async function proposed(difference: Difference, actor = "li"): Promise<void> {
    const { differenceNo } = difference;
    await proposeFix(platform.ctx, { differenceNo, actor, note: "", fix: "record_refund" });
  }

  async function paymentOf({ payment: { paymentNo } }: TakenPayment) {
    return (await getPayment(platform.ctx, platform.caller, { paymentNo })).payment;
  }

  async function refundedPast(channel: ChannelName, amount = 30) {
    const paid = await takePaid(platform, { channel });
    const refundNo = await refundOutside(paid, amount);
    const difference = await missing(paid, refundNo, amount);
    await proposed(difference);
    return { paid, refundNo, difference };
  }

  const approve = ({ differenceNo }: Difference, actor = "wang", ctx = platform.ctx) =>
    approveFix(ctx, { differenceNo, actor, note: "seen at the channel" });

  describe.each(CHANNELS)("at %s", (channel) => {
    it("writes the refund with its event, once, and ends the difference", async () => {
      const { paid, refundNo, difference } = await refundedPast(channel);
      const { paymentNo } = paid.payment;
      const repaired = { differenceState: "repaired", endedBy: "wang", pendingFix: null, pendingBy: null };
      expect(await approve(difference)).toMatchObject({ ...repaired, endedAt: platform.clock.now() });
      const stored = await getRefund(platform.ctx, platform.caller, { refundOrderNo: refundNo });
      expect(stored).toMatchObject({
        refundNo,
        status: "succeeded",
        purpose: "business",
        amount: 30,
        chargedAmount: 30,
        sentAt: difference.billLine?.occurredAt,
        nextQueryAt: null,
      });
      expect(await refundedOf(platform, paymentNo)).toBe(30);
      const events = ["1 payment.succeeded", "2 refund.succeeded"];
      expect(await eventsOf(platform, paymentNo)).toEqual(events);

      expect(await approve(difference)).toMatchObject(repaired);
      expect(await refusalOf(approve(difference, "zhao"))).toMatchObject({
        code: "ORDER_CONFLICT",
        details: { differenceState: "repaired" },
      });
      expect(await eventsOf(platform, paymentNo)).toEqual(events);
      expect(await refundedOf(platform, paymentNo)).toBe(30);
      expect(await actsOn(platform, difference)).toEqual(["li propose: ", "wang approve: seen at the channel"]);
      expect(await platform.violations()).toEqual([]);
    });

    it("is refused when the channel knows nothing of it, and writes nothing", async () => {
      const paid = await takePaid(platform, { channel });
      const difference = await missing(paid, "NEVER-MADE", 30);
      await proposed(difference);
      expect(await codeOf(approve(difference))).toBe("CHANNEL_REJECTED");
      expect(await kept(platform, difference)).toMatchObject({ differenceState: "open", pendingBy: "li" });
      expect(await refundedOf(platform, paid.payment.paymentNo)).toBe(0);
      expect(await codeOf(getRefund(platform.ctx, platform.caller, { refundOrderNo: "NEVER-MADE" }))).toBe("NOT_FOUND");
      expect(await platform.violations()).toEqual([]);
    });

    it("is refused when the channel gave back another amount", async () => {
      const paid = await takePaid(platform, { channel });
      const refundNo = await refundOutside(paid, 20);
      const difference = await missing(paid, refundNo, 30);
      await proposed(difference);
      expect(await refusalOf(approve(difference))).toMatchObject({
        code: "CHANNEL_REJECTED",
        details: { amount: 30, channelAmount: 20 },
      });
      expect(await refundedOf(platform, paid.payment.paymentNo)).toBe(0);
      await approve(await fixed(paid, refundNo, 20));
      expect(await platform.violations()).toEqual([]);
    });
  });

  /** The same difference as another bill has it, with its fix proposed. */
  async function fixed(paid: TakenPayment, refundNo: string, amount: number): Promise<Difference> {
    const difference = await missing(paid, refundNo, amount);
    await proposed(difference);
    return difference;
  }

  it("needs someone else than who proposed it, however the name is written", async () => {
    const { paid, difference } = await refundedPast("wechatpay");
    const before = callsAbout(platform, paid.attempt.attemptNo);
    for (const actor of ["li", "Li", "ｌｉ"]) expect(await codeOf(approve(difference, actor))).toBe("FORBIDDEN");
    expect(callsAbout(platform, paid.attempt.attemptNo)).toEqual(before);
    expect(await refundedOf(platform, paid.payment.paymentNo)).toBe(0);
    await approve(difference);
    expect(await platform.violations()).toEqual([]);
  });

  it("needs a proposal that still stands", async () => {
    const paid = await takePaid(platform);
    const refundNo = await refundOutside(paid, 30);
    const difference = await missing(paid, refundNo, 30);
    expect(await codeOf(approve(difference))).toBe("ORDER_CONFLICT");
    await proposed(difference);
    await rejectFix(platform.ctx, { differenceNo: difference.differenceNo, actor: "zhao", note: "" });
    expect(await codeOf(approve(difference))).toBe("ORDER_CONFLICT");
    expect(await codeOf(approveFix(platform.ctx, { differenceNo: "D0", actor: "wang", note: "" }))).toBe("NOT_FOUND");
    await proposed(difference);
    await approve(difference);
    expect(await platform.violations()).toEqual([]);
  });

  it("does nothing when people changed their minds while the channel was asked", async () => {
    const { paid, difference } = await refundedPast("wechatpay");
    const { differenceNo } = difference;
    const ctx = platform.another({
      fault: async (point) => {
        if (point !== "channel.answered") return;
        await rejectFix(platform.ctx, { differenceNo, actor: "zhao", note: "" });
        await resolveDifference(platform.ctx, { differenceNo, actor: "zhao", note: "by hand" });
      },
    });
    expect(await codeOf(approve(difference, "wang", ctx))).toBe("ORDER_CONFLICT");
    expect(await kept(platform, difference)).toMatchObject({ differenceState: "resolved", endedBy: "zhao" });
    expect(await refundedOf(platform, paid.payment.paymentNo)).toBe(0);
    expect(await eventsOf(platform, paid.payment.paymentNo)).toEqual(["1 payment.succeeded"]);
    await reopenDifference(platform.ctx, { differenceNo, actor: "zhao", note: "" });
    await proposed(difference);
    await approve(difference);
    expect(await platform.violations()).toEqual([]);
  });

  it("has one effect when two processes approve at once", async () => {
    const { paid, difference } = await refundedPast("wechatpay");
    const other = await anotherProcess(backend, platform);
    const outcomes = await Promise.allSettled([
      approve(difference, "wang"),
      approve(difference, "zhao", other),
      approve(difference, "wang", other),
      approve(difference, "zhao"),
    ]);
    const winners = new Set(outcomes.map((outcome) => (outcome.status === "fulfilled" ? outcome.value.endedBy : "")));
    winners.delete("");
    expect(winners.size).toBe(1);
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ code: "ORDER_CONFLICT" });
    }
    expect(await eventsOf(platform, paid.payment.paymentNo)).toEqual(["1 payment.succeeded", "2 refund.succeeded"]);
    expect(await refundedOf(platform, paid.payment.paymentNo)).toBe(30);
    expect(await actsOn(platform, difference)).toHaveLength(2);
  });

  it("is refused when payhub has given back too much of it already", async () => {
    const { paid, difference } = await refundedPast("wechatpay", 80);
    // The channel would refuse 30 of the 20 that are left; payhub has reserved them.
    const { paymentNo } = paid.payment;
    await platform.ctx.store.db
      .updateTable("payment")
      .set({ refundedAmount: 30 })
      .where("paymentNo", "=", paymentNo)
      .execute();
    expect(await refusalOf(approve(difference))).toMatchObject({
      code: "REFUND_EXCEEDS_PAID",
      details: { paymentNo, paid: 100, refunded: 30, left: 70 },
    });
    expect(await kept(platform, difference)).toMatchObject({ differenceState: "open" });
    await platform.ctx.store.db
      .updateTable("payment")
      .set({ refundedAmount: 0 })
      .where("paymentNo", "=", paymentNo)
      .execute();
    await approve(difference);
    expect(await codeOf(createRefund(platform.ctx, platform.caller, refundOf(paid)))).toBe("REFUND_EXCEEDS_PAID");
    expect(await platform.violations()).toEqual([]);
  });

  it("is refused when its number is another refund's in the books", async () => {
    const paid = await takePaid(platform);
    const { refund } = await createRefund(platform.ctx, platform.caller, refundOf(paid));
    const other = await takePaid(platform);
    const refundNo = await refundOutside(other, 30);
    const db = platform.ctx.store.db;
    await db.updateTable("refund").set({ refundOrderNo: refundNo }).where("refundNo", "=", refund.refundNo).execute();
    const difference = await missing(other, refundNo, 30);
    await proposed(difference);
    expect(await codeOf(approve(difference))).toBe("ORDER_CONFLICT");
    expect(await refundedOf(platform, other.payment.paymentNo)).toBe(0);
    await db.updateTable("refund").set({ refundOrderNo: "back" }).where("refundNo", "=", refund.refundNo).execute();
    await approve(difference);
  });

  it.each(["channel.answered", "event.committed"] as const)(
    "can be approved again after a crash at %s",
    async (point) => {
      const { paid, difference } = await refundedPast("alipay");
      await expect(approve(difference, "wang", dyingAt(platform, point))).rejects.toThrow(Crash);
      expect(await approve(difference)).toMatchObject({ differenceState: "repaired", endedBy: "wang" });
      expect(await eventsOf(platform, paid.payment.paymentNo)).toEqual(["1 payment.succeeded", "2 refund.succeeded"]);
      expect(await actsOn(platform, difference)).toHaveLength(2);
    },
  );

  it("waits for a channel that has not finished, and for one that does not answer", async () => {
    const paid = await takePaid(platform);
    script(platform, paid, { kind: "abnormal", afterMs: 0 });
    const stuck = await fixed(paid, await refundOutside(paid, 30), 30);
    expect(await codeOf(approve(stuck))).toBe("IN_PROGRESS");
    const { paid: other, difference } = await refundedPast("wechatpay");
    platform.simulator.faults.script({
      channel: "wechatpay",
      operation: "refund_query",
      fault: { kind: "bad_signature" },
    });
    expect(await codeOf(approve(difference))).toBe("OUTCOME_UNKNOWN");
    for (const { payment } of [paid, other]) expect(await refundedOf(platform, payment.paymentNo)).toBe(0);
    expect(await approve(difference)).toMatchObject({ differenceState: "repaired" });
  });

  it("writes a refund once that two days' bills name", async () => {
    const { paid, refundNo, difference } = await refundedPast("wechatpay");
    const again = await fixed(paid, refundNo, 30);
    await approve(difference);
    expect(await approve(again)).toMatchObject({ differenceState: "repaired" });
    expect(await eventsOf(platform, paid.payment.paymentNo)).toEqual(["1 payment.succeeded", "2 refund.succeeded"]);
    expect(await refundedOf(platform, paid.payment.paymentNo)).toBe(30);
    expect(await platform.violations()).toEqual([]);
  });

  it("counts a one-cent payment's one fen as all that was left", async () => {
    const ctx = platform.another({ settings: { ...platform.ctx.settings, oneCent: true } });
    const paid = await takePaid({ ...platform, ctx });
    const refundNo = await refundOutside(paid, 1);
    await approve(await fixed(paid, refundNo, 1));
    const refund = await getRefund(platform.ctx, platform.caller, { refundOrderNo: refundNo });
    expect(refund).toMatchObject({ amount: 100, chargedAmount: 1 });
    expect(await refundedOf(platform, paid.payment.paymentNo)).toBe(100);
    expect(await platform.violations()).toEqual([]);
  });

  it("gives back no second fen of a one-cent payment", async () => {
    const ctx = platform.another({ settings: { ...platform.ctx.settings, oneCent: true } });
    const paid = await takePaid({ ...platform, ctx });
    const refundNo = await refundOutside(paid, 1);
    platform.simulator.faults.script({
      channel: "wechatpay",
      operation: "refund",
      fault: { kind: "drop", when: "before" },
    });
    // Its one fen is reserved, for payhub does not know yet that the channel has none left.
    const { refund } = await createRefund(platform.ctx, platform.caller, refundOf(paid));
    expect(refund).toMatchObject({ status: "created", chargedAmount: 1 });
    const difference = await fixed(paid, refundNo, 1);
    expect(await refusalOf(approve(difference))).toMatchObject({ code: "REFUND_EXCEEDS_PAID", details: { left: 0 } });
    expect(await finished(platform, refund.refundNo)).toMatchObject({ status: "failed" });
    expect(await approve(difference)).toMatchObject({ differenceState: "repaired" });
    expect(await platform.violations()).toEqual([]);
  });

  it("takes no refund of money that settled nothing", async () => {
    const { paid, difference } = await refundedPast("wechatpay");
    const { paymentNo, settledBy } = await paymentOf(paid);
    const settle = (by: string | null) =>
      platform.ctx.store.db.updateTable("payment").set({ settledBy: by }).where("paymentNo", "=", paymentNo).execute();
    await settle("T-another");
    expect(await codeOf(approve(difference))).toBe("ORDER_CONFLICT");
    expect(await refundedOf(platform, paymentNo)).toBe(0);
    await settle(settledBy);
    await approve(difference);
  });

  it("takes no refund of another account's order", async () => {
    const { paid, difference } = await refundedPast("wechatpay");
    const { accountNo } = platform.accounts.alipay;
    const foreign = await found(platform, { ...difference, differenceNo: "D1", fingerprint: "f", accountNo });
    await proposed(foreign);
    expect(await codeOf(approve(foreign))).toBe("NOT_FOUND");
    expect(await refundedOf(platform, paid.payment.paymentNo)).toBe(0);
    await approve(difference);
    expect(await platform.violations()).toEqual([]);
  });
});
