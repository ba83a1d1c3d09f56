import type { Receipt } from "@payhub/domain";
import { describeBackends, openPlatform, type TakenPayment, type TestPlatform, takePayment } from "@payhub/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listEvents } from "../event/list.ts";
import { closePayment } from "./close.ts";
import { finishAttempt } from "./finish.ts";
import { getPayment } from "./get.ts";
import { type ReceivedReceipt, receiveReceipt } from "./receive-receipt.ts";

describeBackends("receiveReceipt", (backend) => {
  let platform: TestPlatform;
  let tradeNos = 0;
  beforeAll(async () => {
    platform = await openPlatform(backend, { initiationGapMs: 0 });
  });
  afterAll(async () => {
    await platform.close();
  });

  /** What an honest channel would say of an attempt. */
  async function honest({ attempt, payment }: TakenPayment, changes: Partial<Receipt> = {}): Promise<ReceivedReceipt> {
    const { accountNo, channel, attemptNo } = attempt;
    const { connection } = await platform.ctx.connections.of(accountNo);
    const receipt: Receipt = {
      outTradeNo: attemptNo,
      channelTradeNo: `420000${++tradeNos}`,
      amount: attempt.chargedAmount,
      currency: payment.currency,
      paidAt: platform.clock.now(),
      payee: connection.payee,
      ...changes,
    };
    return { accountNo, channel, payee: connection.payee, receipt };
  }
  const story = ({ payment }: TakenPayment) =>
    getPayment(platform.ctx, platform.caller, { paymentNo: payment.paymentNo });
  const alertsAbout = (attemptNo: string) =>
    platform.alerts.filter(({ facts }) => facts.outTradeNo === attemptNo).map(({ kind }) => kind);
  const eventsOf = async ({ payment }: TakenPayment) => {
    const { events } = await listEvents(platform.ctx, platform.caller, { after: 0, limit: 1_000 });
    return events.filter(({ paymentNo }) => paymentNo === payment.paymentNo);
  };
  // The receipts here are made by hand: the simulators know nothing of them, so only the books themselves are checked.
  const ownViolations = async () =>
    (await platform.violations()).filter(({ rule }) => rule !== "no money is counted that the channel did not take");

  describe("a receipt that matches the books", () => {
    for (const channel of ["wechatpay", "alipay"] as const) {
      it(`settles a payment at ${channel}, with one event`, async () => {
        const taken = await takePayment(platform, { channel });
        const received = await honest(taken);
        expect(await receiveReceipt(platform.ctx, received)).toBe("settled");
        const { payment, attempt, heldReceipts } = await story(taken);
        expect(payment).toMatchObject({
          status: "succeeded",
          settledBy: taken.attempt.attemptNo,
          paidAt: received.receipt.paidAt,
          lastSequence: 1,
        });
        expect(attempt).toMatchObject({
          state: "succeeded",
          unknown: false,
          nextQueryAt: null,
          channelTradeNo: received.receipt.channelTradeNo,
        });
        expect(heldReceipts).toEqual([]);
        expect(await eventsOf(taken)).toMatchObject([{ type: "payment.succeeded", sequence: 1 }]);
        expect(await ownViolations()).toEqual([]);
      });
    }

    it("changes nothing the second time", async () => {
      const taken = await takePayment(platform);
      const received = await honest(taken);
      await receiveReceipt(platform.ctx, received);
      const before = await story(taken);
      platform.clock.advance(1_000);
      expect(await receiveReceipt(platform.ctx, received)).toBe("known");
      expect(await story(taken)).toEqual(before);
      expect(alertsAbout(taken.attempt.attemptNo)).toEqual([]);
      expect(await ownViolations()).toEqual([]);
    });

    it("settles once when it arrives twenty times at once", async () => {
      const taken = await takePayment(platform);
      const received = await honest(taken);
      const effects = await Promise.all(Array.from({ length: 20 }, () => receiveReceipt(platform.ctx, received)));
      expect(effects.toSorted()).toEqual([...Array.from({ length: 19 }, () => "known"), "settled"]);
      expect(await eventsOf(taken)).toHaveLength(1);
      expect(await ownViolations()).toEqual([]);
    });
  });

  describe("a receipt that does not match the books", () => {
    const mismatches: { what: string; reason: string; changes: (own: Receipt) => Partial<Receipt> }[] = [
      { what: "one fen less", reason: "amount_mismatch", changes: ({ amount }) => ({ amount: amount - 1 }) },
      { what: "one fen more", reason: "amount_mismatch", changes: ({ amount }) => ({ amount: amount + 1 }) },
      { what: "another currency", reason: "amount_mismatch", changes: () => ({ currency: "USD" }) },
      { what: "no payee", reason: "payee_mismatch", changes: () => ({ payee: {} }) },
      { what: "an unknown order number", reason: "unknown_order", changes: () => ({ outTradeNo: "T0" }) },
    ];
    const identities = { wechatpay: ["mchid", "appid"], alipay: ["appId", "sellerId"] } as const;
    for (const channel of ["wechatpay", "alipay"] as const) {
      const cases = [
        ...mismatches,
        ...identities[channel].map((name) => ({
          what: `another ${name}`,
          reason: "payee_mismatch",
          changes: ({ payee }: Receipt) => ({ payee: { ...payee, [name]: "other" } }),
        })),
      ];
      for (const { what, reason, changes } of cases) {
        it(`is held and told once: ${what}, at ${channel}`, async () => {
          const taken = await takePayment(platform, { channel });
          const received = await honest(taken);
          const wrong = { ...received, receipt: { ...received.receipt, ...changes(received.receipt) } };
          const told = platform.alerts.length;
          expect(await receiveReceipt(platform.ctx, wrong)).toBe("held");
          expect(await receiveReceipt(platform.ctx, wrong)).toBe("held");
          expect(platform.alerts.slice(told)).toMatchObject([
            { kind: reason, facts: { channelTradeNo: received.receipt.channelTradeNo } },
          ]);
          const { payment, attempt, heldReceipts } = await story(taken);
          expect(payment).toMatchObject({ status: "created", settledBy: null, lastSequence: 0 });
          expect(attempt.state).toBe("awaiting_payer");
          expect(heldReceipts).toMatchObject(reason === "unknown_order" ? [] : [{ reason, status: "held" }]);
          expect(await ownViolations()).toEqual([]);
        });
      }
    }

    it("is held when it comes on another account's line", async () => {
      const taken = await takePayment(platform);
      const received = await honest(taken);
      const { accountNo } = platform.accounts.alipay;
      expect(await receiveReceipt(platform.ctx, { ...received, accountNo, channel: "alipay" })).toBe("held");
      expect(alertsAbout(taken.attempt.attemptNo)).toEqual(["unknown_order"]);
      expect((await story(taken)).payment.status).toBe("created");
      expect(await ownViolations()).toEqual([]);
    });

    it("does not keep the right receipt from settling later", async () => {
      const taken = await takePayment(platform);
      const received = await honest(taken);
      await receiveReceipt(platform.ctx, { ...received, receipt: { ...received.receipt, amount: 1 } });
      expect(await receiveReceipt(platform.ctx, received)).toBe("settled");
      expect(await ownViolations()).toEqual([]);
    });
  });

  describe("money that comes too late or twice", () => {
    it("is held when its payment was closed, and the books stay closed", async () => {
      const taken = await takePayment(platform);
      await closePayment(platform.ctx, platform.caller, {
        paymentNo: taken.payment.paymentNo,
        idempotencyKey: `close-${taken.payment.paymentNo}`,
      });
      const before = await story(taken);
      expect(before.payment.status).toBe("closed");
      expect(await receiveReceipt(platform.ctx, await honest(taken))).toBe("held");
      const { heldReceipts, ...after } = await story(taken);
      expect({ ...after, heldReceipts: [] }).toEqual(before);
      expect(heldReceipts).toMatchObject([{ reason: "late", paymentNo: taken.payment.paymentNo, amount: 1288 }]);
      expect(alertsAbout(taken.attempt.attemptNo)).toEqual(["late_payment"]);
      expect((await eventsOf(taken)).map(({ type }) => type)).toEqual(["payment.closed"]);
      expect(await ownViolations()).toEqual([]);
    });

    it("is held when its attempt had failed", async () => {
      const taken = await takePayment(platform);
      await finishAttempt(platform.ctx, taken.attempt.attemptNo, { to: "failed", code: "PAYERROR", message: "no" });
      expect(await receiveReceipt(platform.ctx, await honest(taken))).toBe("held");
      const { attempt, heldReceipts } = await story(taken);
      expect(attempt.state).toBe("failed");
      expect(heldReceipts).toMatchObject([{ reason: "late" }]);
      expect(await ownViolations()).toEqual([]);
    });

    it("is held when the same attempt is paid under a second channel number", async () => {
      const taken = await takePayment(platform);
      await receiveReceipt(platform.ctx, await honest(taken));
      expect(await receiveReceipt(platform.ctx, await honest(taken))).toBe("held");
      expect((await story(taken)).heldReceipts).toMatchObject([{ reason: "duplicate" }]);
      expect(await ownViolations()).toEqual([]);
    });

    it("is held when its channel number belongs to another order already", async () => {
      const [first, second] = [await takePayment(platform), await takePayment(platform)];
      const received = await honest(first);
      await receiveReceipt(platform.ctx, received);
      const again = await honest(second, { channelTradeNo: received.receipt.channelTradeNo });
      expect(await receiveReceipt(platform.ctx, again)).toBe("held");
      expect(await receiveReceipt(platform.ctx, again)).toBe("held");
      expect((await story(second)).payment.status).toBe("created");
      expect(alertsAbout(second.attempt.attemptNo)).toEqual(["duplicate_payment"]);
      expect(await ownViolations()).toEqual([]);
    });

    it("counts one of two attempts that are paid at the same moment and holds the other", async () => {
      const { orderNo } = platform.order();
      const first = await takePayment(platform, { channel: "alipay", orderNo });
      const second = await takePayment(platform, { channel: "wechatpay", orderNo });
      const both = await Promise.all([honest(first), honest(second)]);
      const effects = await Promise.all(both.map((received) => receiveReceipt(platform.ctx, received)));
      expect(effects.toSorted()).toEqual(["held", "settled"]);
      const { payment, attempts, heldReceipts } = await story(first);
      expect(attempts.map(({ state }) => state)).toEqual(["succeeded", "succeeded"]);
      const held = attempts.find(({ attemptNo }) => attemptNo !== payment.settledBy);
      expect(heldReceipts).toMatchObject([{ reason: "duplicate", outTradeNo: held?.attemptNo }]);
      expect(platform.alerts.at(-1)).toMatchObject({ kind: "duplicate_payment" });
      expect(await eventsOf(first)).toHaveLength(1);
      expect(await ownViolations()).toEqual([]);
    });
  });
});
