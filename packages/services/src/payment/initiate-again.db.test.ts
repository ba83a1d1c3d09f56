import { describeBackends, openPlatform, type TestPlatform } from "@payhub/testkit";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { anotherProcess, answerOf, callsAbout, codeOf, qrOf, refusalOf, underAnotherKey } from "../../test/support.ts";
import { closePayment } from "./close.ts";
import { createPayment } from "./create.ts";
import { getPayment } from "./get.ts";
import type { PaymentOrder } from "./open.ts";
import { syncAttempt } from "./sync.ts";

describeBackends("initiating an order again", (backend) => {
  let platform: TestPlatform;

  beforeAll(async () => {
    platform = await openPlatform(backend);
  });
  afterAll(() => platform.close());
  afterEach(async () => {
    platform.simulator.faults.clear();
    expect(await platform.violations()).toEqual([]);
  });

  const create = (order: PaymentOrder, ctx = platform.ctx) => createPayment(ctx, platform.caller, order);
  const read = ({ orderNo }: PaymentOrder) => getPayment(platform.ctx, platform.caller, { orderNo });
  const atAlipay = () => ({ accountNo: platform.accounts.alipay.accountNo });
  const settled = (order: PaymentOrder) =>
    expect.poll(async () => (await read(order)).payment.status, { timeout: 15_000 }).toBe("succeeded");

  it("hands out the live attempt while it has a minute left, to the millisecond", async () => {
    const order = platform.order();
    const first = await create(order);
    platform.clock.set(first.attempt.expiresAt - 60_000);
    expect(answerOf(await create(underAnotherKey(order)))).toEqual(answerOf(first));
    expect(callsAbout(platform, first.attempt.attemptNo)).toEqual(["create"]);
    platform.clock.advance(1);
    const second = await create(underAnotherKey(order));
    expect(second.attempt).toMatchObject({ ordinal: 2, state: "awaiting_payer" });
    expect(qrOf(second)).not.toBe(qrOf(first));
    expect(second.payment.expiresAt).toBe(second.attempt.expiresAt);
    expect((await read(order)).attempts.map(({ state }) => state)).toEqual(["closed", "awaiting_payer"]);
  });

  it("hands out the live attempt whatever else the repeat says about subject and expiry", async () => {
    const order = platform.order();
    const first = await create(order);
    const repeat = await create(underAnotherKey(order, { subject: "三杯咖啡", expiresIn: 600 }));
    expect(answerOf(repeat)).toEqual(answerOf(first));
  });

  it("closes the attempt at WeChat Pay, then goes on at Alipay at once", async () => {
    const order = platform.order();
    const first = await create(order);
    const second = await create(underAnotherKey(order, atAlipay()));
    expect(second.attempt).toMatchObject({ ordinal: 2, channel: "alipay", state: "awaiting_payer" });
    expect(callsAbout(platform, first.attempt.attemptNo)).toEqual(["create", "query", "close", "query"]);
    expect(platform.simulator.ledger()).toContainEqual(
      expect.objectContaining({ outTradeNo: first.attempt.attemptNo, state: "closed" }),
    );
    expect((await read(order)).attempts.map(({ state }) => state)).toEqual(["closed", "awaiting_payer"]);
    expect((await read(order)).payment.status).toBe("created");
    expect(() => platform.simulator.payer.pay(qrOf(first))).toThrow();
  });

  it("starts no new attempt when the channel says that the old one is paid", async () => {
    const order = platform.order();
    const first = await create(order);
    platform.simulator.faults.callback({ channel: "wechatpay", fault: "lost" });
    platform.simulator.payer.pay(qrOf(first));
    const second = await create(underAnotherKey(order, atAlipay()));
    expect(second).toMatchObject({
      payment: { status: "succeeded", settledBy: first.attempt.attemptNo },
      attempt: { attemptNo: first.attempt.attemptNo, state: "succeeded" },
    });
    expect((await read(order)).attempts).toHaveLength(1);
  });

  it("starts no new attempt when the payer pays between the question and the close", async () => {
    const order = platform.order();
    const first = await create(order);
    const { simulator } = platform;
    simulator.faults.callback({ channel: "wechatpay", fault: "lost" });
    // The close waits; meanwhile the payer pays.
    simulator.faults.script({ channel: "wechatpay", operation: "close", fault: { kind: "delay", ms: 300 } });
    const second = create(underAnotherKey(order, atAlipay()));
    await expect.poll(() => callsAbout(platform, first.attempt.attemptNo)).toContain("query");
    simulator.payer.pay(qrOf(first));
    expect((await second).payment).toMatchObject({ status: "succeeded", settledBy: first.attempt.attemptNo });
    expect((await read(order)).attempts).toHaveLength(1);
  });

  it("holds the order up for 15 seconds, to the millisecond, when Alipay cannot close an unscanned code", async () => {
    const order = platform.order(atAlipay());
    const toWechatpay = () => underAnotherKey(order, { accountNo: platform.accounts.wechatpay.accountNo });
    const first = await create(order);
    const startedAt = first.payment.initiatedAt;
    const early = await refusalOf(create(toWechatpay()));
    expect(early).toMatchObject({ code: "IN_PROGRESS", retryable: true, details: { retryAfterMs: 15_000 } });
    platform.clock.set(startedAt + 14_999);
    expect((await refusalOf(create(toWechatpay()))).details).toEqual({ retryAfterMs: 1 });
    expect((await read(order)).attempts).toHaveLength(1);
    platform.clock.set(startedAt + 15_000);
    const second = await create(toWechatpay());
    expect(second.attempt).toMatchObject({ ordinal: 2, channel: "wechatpay", state: "awaiting_payer" });
    // The old code stays payable at Alipay, so it stays watched.
    const { attempts } = await read(order);
    expect(attempts[0]).toMatchObject({ state: "awaiting_payer", nextQueryAt: expect.any(Number) });
    // The gap counts from the newest attempt.
    platform.clock.set(second.attempt.expiresAt - 59_999);
    const third = await create(underAnotherKey(order));
    expect(third.attempt).toMatchObject({ ordinal: 3, channel: "alipay" });
    platform.clock.advance(14_999);
    expect((await refusalOf(create(toWechatpay()))).details).toEqual({
      retryAfterMs: 1,
    });
  });

  it("hands out the watched attempt again rather than another one", async () => {
    const order = platform.order(atAlipay());
    const first = await create(order);
    platform.clock.advance(15_000);
    const second = await create(underAnotherKey(order, { accountNo: platform.accounts.wechatpay.accountNo }));
    expect(answerOf(await create(underAnotherKey(order)))).toEqual(answerOf({ ...first, payment: second.payment }));
    expect(
      answerOf(await create(underAnotherKey(order, { accountNo: platform.accounts.wechatpay.accountNo }))),
    ).toEqual(answerOf(second));
  });

  it("closes a scanned Alipay trade and goes on at once", async () => {
    const order = platform.order(atAlipay());
    const first = await create(order);
    platform.simulator.payer.open(qrOf(first));
    const second = await create(underAnotherKey(order, { accountNo: platform.accounts.wechatpay.accountNo }));
    expect(second.attempt).toMatchObject({ ordinal: 2, channel: "wechatpay" });
    expect((await read(order)).attempts[0]?.state).toBe("closed");
  });

  it("waits out the gap when the channel's answer about the old attempt is not known", async () => {
    const order = platform.order();
    await create(order);
    const silent = { channel: "wechatpay", operation: "query", fault: { kind: "drop", when: "before" } } as const;
    platform.simulator.faults.script(silent);
    expect(await codeOf(create(underAnotherKey(order, atAlipay())))).toBe("IN_PROGRESS");
    platform.clock.advance(15_000);
    platform.simulator.faults.script(silent);
    const second = await create(underAnotherKey(order, atAlipay()));
    expect(second.attempt.channel).toBe("alipay");
    expect((await read(order)).attempts.map(({ state }) => state)).toEqual(["awaiting_payer", "awaiting_payer"]);
  });

  it("takes the app's own gap, and holds up no other order", async () => {
    const { ctx } = platform;
    await ctx.store.db.updateTable("app").set({ initiationGapMs: 3_000 }).execute();
    const order = platform.order(atAlipay());
    await create(order);
    const other = underAnotherKey(order, { accountNo: platform.accounts.wechatpay.accountNo });
    expect((await refusalOf(create(other))).details).toEqual({ retryAfterMs: 3_000 });
    expect((await create(platform.order())).attempt.state).toBe("awaiting_payer");
    platform.clock.advance(3_000);
    expect((await create(other)).attempt.ordinal).toBe(2);
    await ctx.store.db.updateTable("app").set({ initiationGapMs: 15_000 }).execute();
  });

  it("asks before it goes on, also when another process is asking already", async () => {
    const order = platform.order();
    const first = await create(order);
    platform.clock.advance(20_000);
    const { simulator } = platform;
    simulator.faults.callback({ channel: "wechatpay", fault: "lost" });
    simulator.faults.script({ channel: "wechatpay", operation: "query", fault: { kind: "delay", ms: 500 } });
    const syncing = syncAttempt(await anotherProcess(backend, platform), first.attempt.attemptNo);
    await expect.poll(async () => (await read(order)).attempt.calledUntil).toBeGreaterThan(platform.clock.now());
    simulator.payer.pay(qrOf(first));
    const second = await create(underAnotherKey(order, atAlipay()));
    expect(second.payment).toMatchObject({ status: "succeeded", settledBy: first.attempt.attemptNo });
    expect((await read(order)).attempts).toHaveLength(1);
    await syncing;
  });

  it("answers a repeat after success with the succeeded payment, under any key, account or process", async () => {
    const order = platform.order();
    const first = await create(order);
    platform.simulator.payer.pay(qrOf(first));
    await settled(order);
    const paid = answerOf(await read(order));
    expect(paid.payment.status).toBe("succeeded");
    expect(answerOf(await create(underAnotherKey(order)))).toEqual(paid);
    expect(answerOf(await create(underAnotherKey(order, atAlipay())))).toEqual(paid);
    // The same key replays the answer that it got.
    expect(answerOf(await create(order))).toEqual(answerOf(first));
    expect((await read(order)).attempts).toHaveLength(1);
  });

  it("refuses an order that was closed, and says to use a new number", async () => {
    const order = platform.order();
    await create(order);
    await closePayment(platform.ctx, platform.caller, { orderNo: order.orderNo, idempotencyKey: `c-${order.orderNo}` });
    const error = await refusalOf(create(underAnotherKey(order)));
    expect(error).toMatchObject({ code: "ALREADY_CLOSED", retryable: false, details: { status: "closed" } });
    expect(error.message).toContain("use a new order number");
  });

  it("refuses an order that is being closed", async () => {
    const order = platform.order(atAlipay());
    await create(order);
    await closePayment(platform.ctx, platform.caller, { orderNo: order.orderNo, idempotencyKey: `c-${order.orderNo}` });
    expect((await read(order)).payment).toMatchObject({ status: "created", closeRequestedAt: expect.any(Number) });
    const error = await refusalOf(create(underAnotherKey(order)));
    expect(error).toMatchObject({ code: "ALREADY_CLOSED", details: { status: "created" } });
    expect(error.message).toContain("is being closed");
  });

  it("tries again at once after the channel refused an attempt", async () => {
    const order = platform.order();
    platform.simulator.faults.script({
      channel: "wechatpay",
      operation: "create",
      fault: { kind: "status", status: 403, code: "NO_AUTH" },
    });
    expect(await codeOf(create(order))).toBe("CHANNEL_REJECTED");
    const second = await create(underAnotherKey(order));
    expect(second.attempt).toMatchObject({ ordinal: 2, state: "awaiting_payer" });
    expect((await read(order)).attempts.map(({ state }) => state)).toEqual(["failed", "awaiting_payer"]);
  });

  it("refuses another amount for the order, naming both", async () => {
    const order = platform.order();
    const { payment } = await create(order);
    const error = await refusalOf(create(underAnotherKey(order, { amount: 1289 })));
    expect(error).toMatchObject({
      code: "ORDER_CONFLICT",
      details: { orderNo: order.orderNo, paymentNo: payment.paymentNo, amount: 1288, askedAmount: 1289 },
    });
    expect((await read(order)).attempts).toHaveLength(1);
  });
});
