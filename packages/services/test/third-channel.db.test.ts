import { type PaperpayPeer, paperpay, startPaperpay } from "@payhub/channels/test/paperpay";
import type { ChannelAccount, SceneInput } from "@payhub/domain";
import { describeBackends, openPlatform, type TestPlatform } from "@payhub/testkit";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { listEvents } from "../src/event/list.ts";
import { checkInvariants } from "../src/invariant/check.ts";
import { grantAccount } from "../src/merchant/create-app.ts";
import { openAccount } from "../src/merchant/open-account.ts";
import { receiveNotification } from "../src/notification/receive.ts";
import { closePayment } from "../src/payment/close.ts";
import { createPayment } from "../src/payment/create.ts";
import { getPayment } from "../src/payment/get.ts";
import type { OrderFields } from "../src/payment/open.ts";
import { syncDueAttempts } from "../src/payment/sync.ts";
import { createRefund } from "../src/refund/create.ts";
import { getRefund } from "../src/refund/get.ts";
import { returnHeldReceipts } from "../src/refund/return-held.ts";
import { syncDueRefunds } from "../src/refund/sync.ts";
import { codeOf, qrOf, refusalOf } from "./support.ts";

const BATCH = { limit: 100, concurrency: 2 };
const CIRCUIT = { failures: 3, halfOpenAfterMs: 200 };

describeBackends("a third channel", (backend) => {
  let platform: TestPlatform;
  let peer: PaperpayPeer;
  let account: ChannelAccount;

  beforeAll(async () => {
    platform = await openPlatform(backend, { plugins: [paperpay], circuit: CIRCUIT, initiationGapMs: 0 });
    peer = await startPaperpay({ now: platform.clock.now });
    account = await openShop({});
  });
  afterEach(async () => {
    const channelTrades = [...platform.simulator.ledger(), ...peer.ledger()];
    expect(await checkInvariants(platform.ctx.store.db, { channelTrades })).toEqual([]);
  });
  afterAll(async () => {
    await peer.stop();
    await platform.close();
  });

  async function openShop(changes: Record<string, unknown>): Promise<ChannelAccount> {
    const { ctx, accounts, caller } = platform;
    const { merchantNo } = accounts.wechatpay;
    const credentials = { ...peer.credentials, ...changes };
    const opened = await openAccount(ctx, { merchantNo, channel: "paperpay", name: "paper", credentials });
    await grantAccount(ctx, { appId: caller.appId, accountNo: opened.accountNo });
    return opened;
  }

  const take = (input: SceneInput = { scene: "qr" }, changes: Partial<OrderFields> = {}) =>
    createPayment(
      platform.ctx,
      platform.caller,
      platform.order({ accountNo: account.accountNo, expiresIn: undefined, ...changes }, input),
    );
  const sale = (password: boolean): SceneInput & { authCode: string } => {
    const authCode = peer.books.payerCode({ password, balance: true });
    return { scene: "barcode", authCode, storeNo: "S001" };
  };
  const paymentOf = async (orderNo: string) => (await getPayment(platform.ctx, platform.caller, { orderNo })).payment;
  const becomes = (orderNo: string, status: string) =>
    expect.poll(async () => (await paymentOf(orderNo)).status, { timeout: 15_000 }).toBe(status);
  const refundBecomes = (refundNo: string, status: string) =>
    expect
      .poll(
        async () => {
          platform.clock.advance(60_000);
          await syncDueRefunds(platform.ctx, BATCH);
          return (await getRefund(platform.ctx, platform.caller, { refundNo })).status;
        },
        { timeout: 15_000 },
      )
      .toBe(status);

  async function eventsOf(paymentNo: string): Promise<string[]> {
    const { events } = await listEvents(platform.ctx, platform.caller, { after: 0, limit: 500 });
    const own = events.filter((event) => event.paymentNo === paymentNo);
    expect(own.map(({ sequence }) => sequence)).toEqual(own.map((_event, index) => index + 1));
    return own.map(({ type }) => type);
  }

  async function paid(amount = 1288) {
    const taken = await take({ scene: "qr" }, { amount });
    peer.pay(qrOf(taken));
    await becomes(taken.payment.orderNo, "succeeded");
    return taken;
  }

  it("takes a payment by qr, told by its callback, with the event", async () => {
    const { payment, attempt } = await paid();
    expect(peer.calls(attempt.attemptNo)).toEqual(["charge"]);
    const { events } = await listEvents(platform.ctx, platform.caller, { after: 0, limit: 500 });
    expect(events.find(({ paymentNo }) => paymentNo === payment.paymentNo)).toMatchObject({
      type: "payment.succeeded",
      data: { channel: "paperpay", accountNo: account.accountNo, channelTradeNo: expect.stringMatching(/^PP-/) },
    });
  });

  it("finds a payment whose callback was lost, and one whose order was taken without an answer", async () => {
    const lost = await take();
    peer.callbackFault(lost.attempt.attemptNo, "lost");
    peer.pay(qrOf(lost));
    platform.clock.advance(6_000);
    await syncDueAttempts(platform.ctx, BATCH);
    expect((await paymentOf(lost.payment.orderNo)).status).toBe("succeeded");

    const order = platform.order({ accountNo: account.accountNo });
    peer.fault({ operation: "charge", fault: { kind: "drop", when: "after" } });
    expect(await codeOf(createPayment(platform.ctx, platform.caller, order))).toBe("OUTCOME_UNKNOWN");
    const again = await createPayment(platform.ctx, platform.caller, order);
    expect(peer.calls(again.attempt.attemptNo)).toEqual(["charge", "order", "charge"]);
  });

  it("takes a sale at the counter: at once, after a password, or not at all", async () => {
    const atOnce = await take(sale(false));
    expect(atOnce.payment.status).toBe("succeeded");

    const typed = sale(true);
    const slow = await take(typed);
    expect(slow.attempt.action).toEqual({ type: "wait" });
    peer.confirm(typed.authCode);
    await becomes(slow.payment.orderNo, "succeeded");

    const { payment, attempt } = await take(sale(true));
    for (let step = 0; step < 12; step += 1) {
      platform.clock.advance(3_000);
      await syncDueAttempts(platform.ctx, BATCH);
    }
    expect((await paymentOf(payment.orderNo)).status).toBe("closed");
    expect(peer.calls(attempt.attemptNo).at(-1)).toBe("cancel");
    expect(peer.books.kept(attempt.attemptNo)).toBe(0);
    expect(await eventsOf(payment.paymentNo)).toEqual(["payment.closed"]);
  });

  it("names the scenes that the channel, or the account, can do", async () => {
    const jsapi = await refusalOf(take({ scene: "jsapi", openid: "o1" }));
    expect(jsapi).toMatchObject({ code: "SCENE_NOT_SUPPORTED", details: { supported: ["qr", "barcode"] } });
    const { accountNo } = await openShop({ products: ["qr"] });
    const barcode = await refusalOf(take(sale(false), { accountNo }));
    expect(barcode).toMatchObject({ code: "SCENE_NOT_SUPPORTED", details: { supported: ["qr"] } });
    expect((await take({ scene: "qr" }, { accountNo })).attempt.state).toBe("awaiting_payer");
  });

  it("gives money back in parts, keeps the sum, and asks when the answer is lost", async () => {
    const { ctx, caller } = platform;
    const { payment, attempt } = await paid(100);
    const refundOf = (amount: number, refundOrderNo: string) =>
      createRefund(ctx, caller, {
        idempotencyKey: `${payment.orderNo}-${refundOrderNo}`,
        refundOrderNo: `${payment.orderNo}-${refundOrderNo}`,
        paymentNo: payment.paymentNo,
        amount,
        reason: "退货",
      });
    const first = await refundOf(30, "1");
    await refundBecomes(first.refund.refundNo, "succeeded");
    peer.fault({ operation: "refund", orderNo: attempt.attemptNo, fault: { kind: "drop", when: "after" } });
    const second = await refundOf(50, "2");
    expect(second.refund.status).toBe("created");
    expect(await codeOf(refundOf(21, "3"))).toBe("REFUND_EXCEEDS_PAID");
    await refundBecomes(second.refund.refundNo, "succeeded");
    expect(peer.calls(attempt.attemptNo).filter((operation) => operation === "refund")).toHaveLength(2);
    expect(peer.books.kept(attempt.attemptNo)).toBe(20);
    expect(await eventsOf(payment.paymentNo)).toEqual(["payment.succeeded", "refund.succeeded", "refund.succeeded"]);
  });

  it("gives back the second receipt of a payment that was also paid at another channel", async () => {
    const { ctx, caller, accounts, simulator } = platform;
    const order = platform.order({ accountNo: account.accountNo });
    const here = await createPayment(ctx, caller, order);
    const { attemptNo } = here.attempt;
    peer.fault({ operation: "close", orderNo: attemptNo, fault: { kind: "drop", when: "before" } });
    const { accountNo } = accounts.wechatpay;
    const there = await createPayment(ctx, caller, { ...order, accountNo, idempotencyKey: `${order.orderNo}-2` });
    simulator.payer.pay(qrOf(there));
    await becomes(order.orderNo, "succeeded");
    peer.pay(qrOf(here));
    await expect
      .poll(async () => (await returnHeldReceipts(ctx, { limit: 10 })) + peer.ledger().length, { timeout: 15_000 })
      .toBe(peer.ledger().length + 1);
    await giveBackSettles(here.payment.paymentNo, "payment.duplicate_refunded");
    expect(peer.books.kept(attemptNo)).toBe(0);
    expect(platform.alerts.map(({ kind }) => kind)).toContain("duplicate_payment");
  });

  it("gives back money that came after the payment was closed", async () => {
    const { ctx, caller } = platform;
    const { payment, attempt } = await take();
    await closePayment(ctx, caller, { orderNo: payment.orderNo, idempotencyKey: `close-${payment.orderNo}` });
    expect((await paymentOf(payment.orderNo)).status).toBe("closed");
    peer.payLate(attempt.attemptNo);
    await expect.poll(() => returnHeldReceipts(ctx, { limit: 10 }), { timeout: 15_000 }).toBe(1);
    await giveBackSettles(payment.paymentNo, "refund.succeeded");
    expect((await paymentOf(payment.orderNo)).status).toBe("closed");
    expect(peer.books.kept(attempt.attemptNo)).toBe(0);
  });

  /** The refund of a held receipt comes to its end, with this event as the payment's last. */
  async function giveBackSettles(paymentNo: string, event: string): Promise<void> {
    const settled = async () => {
      platform.clock.advance(60_000);
      await syncDueRefunds(platform.ctx, BATCH);
      return (await eventsOf(paymentNo)).at(-1);
    };
    await expect.poll(settled, { timeout: 15_000 }).toBe(event);
  }

  it("answers a callback that it does not believe with the channel's own no", async () => {
    const raw = { headers: { "paperpay-time": "1", "paperpay-signature": "0".repeat(64) }, body: Buffer.from("{}") };
    const { accountNo } = account;
    const { answer } = await receiveNotification(platform.ctx, { channel: "paperpay", accountNo, raw });
    expect(answer).toEqual(paperpay.answers.rejected);
  });

  it("opens the circuit of an operation that has no answers, and tries it again later", async () => {
    const { accountNo } = await openShop({});
    for (let count = 0; count < CIRCUIT.failures; count += 1) {
      peer.fault({ operation: "charge", fault: { kind: "status", status: 503 } });
      expect(await codeOf(take({ scene: "qr" }, { accountNo }))).toBe("OUTCOME_UNKNOWN");
    }
    const facts = { channel: "paperpay", accountNo, operation: "create" };
    expect(platform.alerts).toContainEqual({ kind: "circuit_open", facts });
    const before = peer.calls().length;
    expect(await codeOf(take({ scene: "qr" }, { accountNo }))).toBe("CHANNEL_UNAVAILABLE");
    expect(peer.calls()).toHaveLength(before);
    expect((await take()).attempt.state).toBe("awaiting_payer");
    await new Promise((resolve) => setTimeout(resolve, CIRCUIT.halfOpenAfterMs + 50));
    expect((await take({ scene: "qr" }, { accountNo })).attempt.state).toBe("awaiting_payer");
  });
});
