import { EXPIRY_MARGIN_MS } from "@payhub/domain";
import type { Fault, Simulator } from "@payhub/simulator";
import { describeBackends, openPlatform, type TestPlatform } from "@payhub/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { alertsAbout, CHANNELS, type ChannelName, eventsOf, loseCallbacks } from "../../test/refunds.ts";
import { callsAbout, refusalOf } from "../../test/support.ts";
import { closePayment } from "./close.ts";
import { createPayment } from "./create.ts";
import { expirePayments } from "./expire.ts";
import { getPayment, type PaymentWithAttempt } from "./get.ts";
import { syncDueAttempts } from "./sync.ts";

const ASK_EVERY_MS = { wechatpay: 5_000, alipay: 4_000 } as const;
const GIVE_UP_AFTER_MS = { wechatpay: 45_000, alipay: 60_000 } as const;
const CANCEL = { wechatpay: "reverse", alipay: "cancel" } as const;

describeBackends("a payer at the counter", (backend) => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await openPlatform(backend, { initiationGapMs: 0, settings: { channelDeadlineMs: 1_500 } });
    loseCallbacks(platform);
  });
  afterAll(() => platform.close());

  type Wallet = Parameters<Simulator["payer"]["payerCode"]>[1];
  interface Sale extends PaymentWithAttempt {
    code: string;
  }
  /** The cashier scans a code that the payer shows. */
  async function sell(channel: ChannelName, wallet: Wallet = {}, scene: "barcode" | "face" = "barcode"): Promise<Sale> {
    const code = platform.simulator.payer.payerCode(channel, { ...wallet, face: scene === "face" });
    const { accountNo } = platform.accounts[channel];
    const { payment, attempt } = await createPayment(
      platform.ctx,
      platform.caller,
      platform.order({ accountNo, expiresIn: undefined }, { scene, authCode: code, storeNo: "S001" }),
    );
    return { payment, attempt, code };
  }
  const story = ({ payment }: Pick<Sale, "payment">) =>
    getPayment(platform.ctx, platform.caller, { paymentNo: payment.paymentNo });
  async function passTime(ms: number): Promise<void> {
    platform.clock.advance(ms);
    await syncDueAttempts(platform.ctx, { limit: 500, concurrency: 4 });
    await expirePayments(platform.ctx, { limit: 500 });
  }
  /** Asks at every step until the sale has its final word, at most as long as a cashier would wait and a bit. */
  async function untilOver(sale: Sale, channel: ChannelName) {
    for (let step = 0; step < 40; step++) {
      const now = await story(sale);
      if (now.attempt.state !== "preparing" && now.attempt.state !== "awaiting_payer") return now;
      await passTime(ASK_EVERY_MS[channel]);
    }
    throw new Error("the sale is not over");
  }
  const ledgerOf = ({ attempt }: Pick<Sale, "attempt">) =>
    platform.simulator.ledger().find(({ outTradeNo }) => outTradeNo === attempt.attemptNo);
  const unappliedNotifications = () =>
    platform.ctx.store.db.selectFrom("inbox").select("id").where("state", "=", "received").execute();
  const fault = (channel: ChannelName, operation: "create" | "query" | "reverse" | "cancel", what: Fault, times = 1) =>
    platform.simulator.faults.script({ channel, operation, fault: what, times });

  describe.each(CHANNELS)("at %s", (channel) => {
    it.each(["barcode", "face"] as const)("has paid when the answer comes: %s", async (scene) => {
      const sale = await sell(channel, {}, scene);
      expect(sale).toMatchObject({ payment: { status: "succeeded" }, attempt: { state: "succeeded", scene } });
      expect(sale.payment.settledBy).toBe(sale.attempt.attemptNo);
      expect(await eventsOf(platform, sale.payment.paymentNo)).toEqual(["1 payment.succeeded"]);
      expect(await platform.violations()).toEqual([]);
    });

    it("types a password while payhub asks every few seconds", async () => {
      const sale = await sell(channel, { password: true });
      expect(sale).toMatchObject({
        payment: { status: "created", expiresAt: sale.payment.createdAt + GIVE_UP_AFTER_MS[channel] },
        attempt: { state: "awaiting_payer", action: { type: "wait" }, unknown: false },
      });
      const asked = () => callsAbout(platform, sale.attempt.attemptNo).filter((call) => call === "query").length;
      const before = asked();
      await passTime(ASK_EVERY_MS[channel] - 1);
      expect(asked()).toBe(before);
      await passTime(1);
      expect(asked()).toBe(before + 1);
      await passTime(ASK_EVERY_MS[channel]);
      expect(asked()).toBe(before + 2);
      platform.simulator.payer.confirm(sale.code);
      await passTime(ASK_EVERY_MS[channel]);
      expect(await story(sale)).toMatchObject({ payment: { status: "succeeded" }, attempt: { state: "succeeded" } });
      expect(callsAbout(platform, sale.attempt.attemptNo)).not.toContain(CANCEL[channel]);
      expect(await platform.violations()).toEqual([]);
    });

    it("refuses to pay: the sale ends and nothing is charged", async () => {
      const sale = await sell(channel, { password: true });
      platform.simulator.payer.refuse(sale.code);
      const over = await untilOver(sale, channel);
      expect(over.attempt.state).toBe(channel === "alipay" ? "closed" : "failed");
      expect(ledgerOf(sale)?.state).not.toBe("paid");
      expect(await platform.violations()).toEqual([]);
    });

    it("has not enough money: the cashier is told, and takes another code for the same order", async () => {
      const code = platform.simulator.payer.payerCode(channel, { balance: "not_enough" });
      const order = platform.order(
        { accountNo: platform.accounts[channel].accountNo, expiresIn: undefined },
        { scene: "barcode", authCode: code, storeNo: "S001" },
      );
      const refusal = await refusalOf(createPayment(platform.ctx, platform.caller, order));
      expect(refusal).toMatchObject({ code: "CHANNEL_REJECTED" });
      const { orderNo, accountNo } = order;
      const another = platform.order(
        { orderNo, accountNo, expiresIn: undefined },
        { scene: "barcode", authCode: platform.simulator.payer.payerCode(channel), storeNo: "S001" },
      );
      const { payment, attempt } = await createPayment(platform.ctx, platform.caller, another);
      expect({ payment, attempt }).toMatchObject({ payment: { status: "succeeded" }, attempt: { ordinal: 2 } });
      expect(await platform.violations()).toEqual([]);
    });

    it("never types the password: given up at the bound, cancelled, and cannot be charged any more", async () => {
      const sale = await sell(channel, { password: true });
      await passTime(GIVE_UP_AFTER_MS[channel] - 1);
      expect(callsAbout(platform, sale.attempt.attemptNo)).not.toContain(CANCEL[channel]);
      await passTime(1);
      // At the bound Alipay's own order is over by itself.
      if (channel === "wechatpay") expect(callsAbout(platform, sale.attempt.attemptNo)).toContain("reverse");
      await untilOver(sale, channel);
      await passTime(0);
      const over = await story(sale);
      expect(over.payment.status).toBe(over.attempt.state);
      expect(["closed", "failed"]).toContain(over.payment.status);
      expect(() => platform.simulator.payer.confirm(sale.code)).toThrow();
      expect(ledgerOf(sale)?.state).not.toBe("paid");
      expect(await eventsOf(platform, sale.payment.paymentNo)).toEqual([`1 payment.${over.payment.status}`]);
      expect(await platform.violations()).toEqual([]);
    });

    it("types it in the very last moment: the sale stands", async () => {
      const sale = await sell(channel, { password: true });
      // Alipay counts whole seconds.
      platform.clock.advance(GIVE_UP_AFTER_MS[channel] - 1_000);
      platform.simulator.payer.confirm(sale.code);
      await passTime(1_000);
      expect(await story(sale)).toMatchObject({ payment: { status: "succeeded" } });
      expect(callsAbout(platform, sale.attempt.attemptNo)).not.toContain(CANCEL[channel]);
      expect(await platform.violations()).toEqual([]);
    });

    it("is charged though no answer came: found by asking, and the sale stands", async () => {
      fault(channel, "create", { kind: "timeout_after_commit", holdMs: 5_000 });
      const sale = await sell(channel);
      expect(sale.attempt).toMatchObject({ state: "awaiting_payer", unknown: true, action: { type: "wait" } });
      await passTime(ASK_EVERY_MS[channel]);
      expect(await story(sale)).toMatchObject({ payment: { status: "succeeded" }, attempt: { unknown: false } });
      expect(callsAbout(platform, sale.attempt.attemptNo).filter((call) => call === "create")).toHaveLength(1);
      expect(await platform.violations()).toEqual([]);
    });

    it("is not charged and no answer came: asked about to the bound, then over, never charged again", async () => {
      fault(channel, "create", { kind: "timeout_before_commit", holdMs: 5_000 });
      const sale = await sell(channel);
      await passTime(GIVE_UP_AFTER_MS[channel] - 1);
      expect(await story(sale)).toMatchObject({ payment: { status: "created" } });
      await passTime(1 + EXPIRY_MARGIN_MS);
      expect(await untilOver(sale, channel)).toMatchObject({ payment: { status: "closed" } });
      expect(callsAbout(platform, sale.attempt.attemptNo).filter((call) => call === "create")).toHaveLength(1);
      expect(ledgerOf(sale)).toBeUndefined();
      expect(await platform.violations()).toEqual([]);
    });

    it("was charged and nobody can tell until the sale is given up: the money goes back, and nothing is held", async () => {
      fault(channel, "create", { kind: "drop", when: "after" });
      const down = { kind: "status", status: 500 } as const;
      fault(channel, "query", down, Number.POSITIVE_INFINITY);
      const sale = await sell(channel);
      for (let asked = 0; asked < 3; asked++) await passTime(ASK_EVERY_MS[channel]);
      expect(await story(sale)).toMatchObject({ payment: { status: "created" }, attempt: { unknown: true } });
      await passTime(GIVE_UP_AFTER_MS[channel]);
      expect(await story(sale)).toMatchObject({ payment: { status: "closed" }, attempt: { state: "closed" } });
      expect(ledgerOf(sale)?.state).toBe("closed");
      platform.simulator.faults.clear();
      // Alipay's word of the payment comes at last; WeChat Pay sends none.
      for (const { id } of platform.simulator.callbacks
        .pending()
        .filter(({ outTradeNo }) => outTradeNo === sale.attempt.attemptNo))
        await platform.simulator.callbacks.deliverNow(id);
      await expect.poll(unappliedNotifications, { interval: 10 }).toEqual([]);
      expect((await story(sale)).heldReceipts).toEqual([]);
      expect(alertsAbout(platform, sale.attempt.attemptNo)).toEqual([]);
      loseCallbacks(platform);
      expect(await platform.violations()).toEqual([]);
    });

    it("is let go when the cancel's answer is lost: asked again until it is sure", async () => {
      const sale = await sell(channel, { password: true });
      if (channel === "wechatpay") platform.simulator.payer.refuse(sale.code);
      fault(channel, CANCEL[channel], { kind: "drop", when: "after" });
      platform.clock.advance(GIVE_UP_AFTER_MS[channel]);
      expect(["closed", "failed"]).toContain((await untilOver(sale, channel)).attempt.state);
      expect(ledgerOf(sale)?.state).not.toBe("paid");
      platform.simulator.faults.clear();
      loseCallbacks(platform);
      expect(await platform.violations()).toEqual([]);
    });

    it("is sent away by the cashier: cancelled once the channel allows it", async () => {
      const sale = await sell(channel, { password: true });
      const { paymentNo } = sale.payment;
      const closing = await closePayment(platform.ctx, platform.caller, { paymentNo, idempotencyKey: paymentNo });
      if (channel === "wechatpay") {
        expect(closing.payment).toMatchObject({ status: "created" });
        expect(callsAbout(platform, sale.attempt.attemptNo)).not.toContain("reverse");
        await passTime(14_999);
        expect(callsAbout(platform, sale.attempt.attemptNo)).not.toContain("reverse");
        await passTime(5_000);
        expect(callsAbout(platform, sale.attempt.attemptNo)).toContain("reverse");
      }
      expect((await untilOver(sale, channel)).payment.status).toBe("closed");
      expect(ledgerOf(sale)?.state).not.toBe("paid");
      expect(await platform.violations()).toEqual([]);
    });
  });
});
