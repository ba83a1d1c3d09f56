import { describeBackends, openPlatform, type TestPlatform } from "@payhub/testkit";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { codeOf, qrOf, underAnotherKey } from "../../test/support.ts";
import type { ServiceContext } from "../context.ts";
import { listEvents } from "../event/list.ts";
import { digestRequest } from "../idempotency/digest.ts";
import { createPayment } from "./create.ts";
import { getPayment } from "./get.ts";
import { openNextAttempt, openPayment, type PaymentOrder } from "./open.ts";

describeBackends("openPayment", (backend) => {
  let platform: TestPlatform;
  let oneCent: ServiceContext;

  beforeAll(async () => {
    platform = await openPlatform(backend);
    oneCent = platform.another({ settings: { ...platform.ctx.settings, oneCent: true } });
  });
  afterAll(() => platform.close());
  afterEach(async () => {
    platform.simulator.faults.clear();
    expect(await platform.violations()).toEqual([]);
  });

  const create = (order: PaymentOrder, ctx = platform.ctx) => createPayment(ctx, platform.caller, order);
  const read = ({ orderNo }: PaymentOrder) => getPayment(platform.ctx, platform.caller, { orderNo });
  const settled = (order: PaymentOrder) =>
    expect.poll(async () => (await read(order)).payment.status, { timeout: 15_000 }).toBe("succeeded");
  const atChannel = (attemptNo: string) =>
    platform.simulator.ledger().find(({ outTradeNo }) => outTradeNo === attemptNo);
  const eventOf = async (paymentNo: string) => {
    await platform.ctx.publisher.settled();
    const { events } = await listEvents(platform.ctx, platform.caller, { after: 0, limit: 100 });
    return events.find(({ data }) => data.paymentNo === paymentNo);
  };

  async function initiation(order: PaymentOrder) {
    const connected = await platform.ctx.connections.of(order.accountNo);
    return { caller: platform.caller, order, connected, digest: digestRequest("payments.create", { ...order }) };
  }

  it("stores orders that come together, and tells the one that is known already apart", async () => {
    const known = platform.order();
    await openPayment(platform.ctx, await initiation(known));
    const fresh = Array.from({ length: 40 }, () => platform.order());
    const initiations = await Promise.all([...fresh.slice(0, 20), known, ...fresh.slice(20)].map(initiation));
    const opened = await Promise.all(initiations.map((one) => openPayment(platform.ctx, one)));
    expect(opened.map((one) => one?.payment.orderNo)).toEqual(
      initiations.map(({ order }) => (order === known ? undefined : order.orderNo)),
    );
    for (const order of fresh) expect((await read(order)).attempts).toHaveLength(1);
  });

  for (const channel of ["wechatpay", "alipay"] as const) {
    const orderAt = () => platform.order({ accountNo: platform.accounts[channel].accountNo });

    it(`asks ${channel} for one fen while the switch is on, and settles after it was turned off`, async () => {
      const order = orderAt();
      const created = await create(order, oneCent);
      expect(created.payment).toMatchObject({ amount: 1288, chargedAmount: 1, oneCent: true });
      expect(created.attempt.chargedAmount).toBe(1);
      platform.simulator.payer.open(qrOf(created));
      expect(atChannel(created.attempt.attemptNo)?.amount).toBe(1);
      // The callback is applied by a process whose switch is off.
      platform.simulator.payer.pay(qrOf(created));
      await settled(order);
      expect(await eventOf(created.payment.paymentNo)).toMatchObject({
        type: "payment.succeeded",
        data: { amount: 1288, chargedAmount: 1, oneCent: true },
      });
      expect(platform.alerts).toEqual([]);
    });

    it(`settles the full amount at ${channel} after the switch was turned on`, async () => {
      const order = orderAt();
      const created = await create(order);
      expect(created.payment).toMatchObject({ amount: 1288, chargedAmount: 1288, oneCent: false });
      expect(await create(underAnotherKey(order), oneCent)).toMatchObject({ payment: { chargedAmount: 1288 } });
      platform.simulator.payer.open(qrOf(created));
      expect(atChannel(created.attempt.attemptNo)?.amount).toBe(1288);
      platform.simulator.payer.pay(qrOf(created));
      await settled(order);
      expect(await eventOf(created.payment.paymentNo)).toMatchObject({ data: { chargedAmount: 1288, oneCent: false } });
      expect(platform.alerts).toEqual([]);
    });
  }

  it("keeps the payment's charged amount for its later attempts, whatever the switch says then", async () => {
    const order = platform.order();
    await create(order, oneCent);
    const second = await create(underAnotherKey(order, { accountNo: platform.accounts.alipay.accountNo }));
    expect(second).toMatchObject({
      payment: { chargedAmount: 1, oneCent: true },
      attempt: { ordinal: 2, chargedAmount: 1 },
    });
  });

  it("compares amounts as the business asked them", async () => {
    const order = platform.order();
    await create(order, oneCent);
    expect(await codeOf(create(underAnotherKey(order, { amount: 1 }), oneCent))).toBe("ORDER_CONFLICT");
  });

  it("stores payment and attempt together or not at all", async () => {
    const { ctx, caller } = platform;
    const first = platform.order();
    await openPayment(ctx, await initiation(first));
    // The key is taken, so the new order's payment must not stay behind.
    const second = platform.order({ idempotencyKey: first.idempotencyKey });
    expect(await openPayment(ctx, await initiation(second))).toBeUndefined();
    expect(await codeOf(getPayment(ctx, caller, { orderNo: second.orderNo }))).toBe("NOT_FOUND");
    expect(await openPayment(ctx, await initiation(underAnotherKey(first)))).toBeUndefined();
    expect((await read(first)).attempts).toHaveLength(1);
  });

  it("adds one attempt when many have dealt with the same ones", async () => {
    const order = platform.order();
    const opened = await openPayment(platform.ctx, await initiation(order));
    const known = { paymentNo: opened?.payment.paymentNo ?? "", seen: 1 };
    const initiations = await Promise.all(Array.from({ length: 8 }, () => initiation(underAnotherKey(order))));
    const added = await Promise.all(initiations.map((next) => openNextAttempt(platform.ctx, next, known)));
    expect(added.filter((state) => state !== undefined)).toHaveLength(1);
    expect((await read(order)).attempts.map(({ ordinal }) => ordinal)).toEqual([1, 2]);
  });

  it("adds no attempt to a payment that is settled or asked to close", async () => {
    const asked = platform.order();
    const created = await create(asked);
    const known = { paymentNo: created.payment.paymentNo, seen: 1 };
    const next = await initiation(underAnotherKey(asked));
    const { db } = platform.ctx.store;
    const mark = (closeRequestedAt: number | null) =>
      db.updateTable("payment").set({ closeRequestedAt }).where("paymentNo", "=", known.paymentNo).execute();
    await mark(platform.clock.now());
    expect(await openNextAttempt(platform.ctx, next, known)).toBeUndefined();
    await mark(null);
    platform.simulator.payer.pay(qrOf(created));
    await settled(asked);
    expect(await openNextAttempt(platform.ctx, next, known)).toBeUndefined();
  });

  it("lengthens the payment's life with a later attempt and never shortens it", async () => {
    const order = platform.order({ expiresIn: 900 });
    const { payment } = await create(order);
    const atAlipay = { accountNo: platform.accounts.alipay.accountNo };
    const shorter = await create(underAnotherKey(order, { ...atAlipay, expiresIn: 60 }));
    expect(shorter.payment.expiresAt).toBe(payment.expiresAt);
    platform.clock.advance(15_000);
    const longer = await create(underAnotherKey(order, { expiresIn: 900 }));
    expect(longer.payment.expiresAt).toBe(payment.expiresAt + 15_000);
  });
});
