import { wechatpay } from "@payhub/channels";

import { openCoordination } from "@payhub/store";
import { describeBackends, openPlatform, type TestPlatform } from "@payhub/testkit";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { codeOf, flushCoordination, openSimilarAccount, refusalOf, underAnotherKey } from "../../test/support.ts";
import type { ServiceContext } from "../context.ts";
import { createApp, grantAccount } from "../merchant/create-app.ts";
import { openAccount, retireAccount } from "../merchant/open-account.ts";
import { openMerchant } from "../merchant/open-merchant.ts";
import { createPayment } from "./create.ts";
import { getPayment } from "./get.ts";
import type { PaymentOrder } from "./open.ts";

describeBackends("createPayment, refused", (backend) => {
  let platform: TestPlatform;
  let withoutRedis: ServiceContext;

  beforeAll(async () => {
    platform = await openPlatform(backend);
    withoutRedis = platform.another({ coordination: await openCoordination({ url: "redis://127.0.0.1:1" }) });
  });
  afterAll(async () => {
    await withoutRedis.coordination.close();
    await platform.close();
  });
  afterEach(async () => {
    expect(await platform.violations()).toEqual([]);
  });

  const create = (order: PaymentOrder, ctx = platform.ctx) => createPayment(ctx, platform.caller, order);
  const read = ({ orderNo }: PaymentOrder) => getPayment(platform.ctx, platform.caller, { orderNo });
  const nothingStored = async (order: PaymentOrder) => expect(await codeOf(read(order))).toBe("NOT_FOUND");

  it("refuses an account that the app was not granted, and takes the same key once it was", async () => {
    const { app } = await createApp(platform.ctx, { name: "another shop" });
    const caller = { appId: app.appId };
    const order = platform.order();
    const error = await refusalOf(createPayment(platform.ctx, caller, order));
    expect(error).toMatchObject({ code: "FORBIDDEN", retryable: false });
    expect(error.message).toContain("ask for a grant");
    expect(await codeOf(getPayment(platform.ctx, caller, { orderNo: order.orderNo }))).toBe("NOT_FOUND");
    await grantAccount(platform.ctx, { appId: app.appId, accountNo: order.accountNo });
    expect((await createPayment(platform.ctx, caller, order)).attempt.state).toBe("awaiting_payer");
  });

  it("refuses an account that does not exist like one that was not granted", async () => {
    const order = platform.order({ accountNo: "A404" });
    expect(await codeOf(create(order))).toBe("FORBIDDEN");
    await nothingStored(order);
  });

  it("refuses new payments to a retired account within 5 seconds everywhere", async () => {
    const { accountNo } = await openSimilarAccount(platform, "wechatpay", {});
    const taken = platform.order({ accountNo });
    await create(taken);
    await retireAccount(platform.ctx, accountNo);
    platform.clock.advance(5_000);
    const order = platform.order({ accountNo });
    const error = await refusalOf(create(order));
    expect(error).toMatchObject({ code: "FORBIDDEN" });
    expect(error.message).toContain("retired");
    await nothingStored(order);
    expect((await read(taken)).payment.status).toBe("created");
  });

  it("refuses a scene that the account cannot do and names those it can", async () => {
    const input = { scene: "pc", returnUrl: "https://shop.example/paid", pageMethod: "get" } as const;
    const order = platform.order({ accountNo: platform.accounts.wechatpay.accountNo }, input);
    const error = await refusalOf(create(order));
    const supported = Object.keys(wechatpay.scenes);
    expect(supported).toContain("qr");
    expect(error).toMatchObject({ code: "SCENE_NOT_SUPPORTED", details: { scene: "pc", supported } });
    await nothingStored(order);
  });

  it("takes an expiry of one minute to two hours, and names the field otherwise", async () => {
    for (const expiresIn of [59, 7_201]) {
      const order = platform.order({ expiresIn });
      const error = await refusalOf(create(order));
      expect(error).toMatchObject({ code: "INVALID_INPUT", details: { issues: [{ path: "expiresIn" }] } });
      expect(error.message).toContain("60 to 7200 seconds");
      await nothingStored(order);
      expect((await refusalOf(create(order))).details).toMatchObject({ replayed: true });
    }
    for (const expiresIn of [60, 7_200]) {
      const { payment, attempt } = await create(platform.order({ expiresIn }));
      expect(attempt.expiresAt - attempt.createdAt).toBe(expiresIn * 1_000);
      expect(payment.expiresAt).toBe(attempt.expiresAt);
    }
  });

  it("refuses an account of another merchant for the same order", async () => {
    const order = platform.order();
    await create(order);
    const merchant = await openMerchant(platform.ctx, { name: "另一家" });
    const { original } = await openSimilarAccount(platform, "wechatpay", {});
    const { accountNo } = await openAccount(platform.ctx, {
      merchantNo: merchant.merchantNo,
      channel: "wechatpay",
      name: "another merchant's",
      credentials: original,
    });
    await grantAccount(platform.ctx, { appId: platform.app.appId, accountNo });
    const error = await refusalOf(create(underAnotherKey(order, { accountNo })));
    expect(error).toMatchObject({ code: "ORDER_CONFLICT", details: { orderNo: order.orderNo } });
    expect((await read(order)).attempts).toHaveLength(1);
  });

  for (const memory of ["with its answer stored", "after a loss of coordination", "without coordination"] as const) {
    it(`refuses a key that took another order, naming what differs and no value, ${memory}`, async () => {
      const ctx = memory === "without coordination" ? withoutRedis : platform.ctx;
      const order = platform.order({ subject: "words of the first" });
      await create(order, ctx);
      const coordination =
        memory === "after a loss of coordination" ? await flushCoordination(backend) : ctx.coordination;
      const other = platform.order({
        idempotencyKey: order.idempotencyKey,
        amount: 4_321,
        subject: "words of the second",
        accountNo: platform.accounts.alipay.accountNo,
      });
      const error = await refusalOf(create(other, { ...ctx, coordination }));
      expect(error).toMatchObject({
        code: "IDEMPOTENCY_KEY_REUSED",
        details: { fields: ["accountNo", "amount", "orderNo", "subject"] },
      });
      expect(`${error.message} ${JSON.stringify(error.details)}`).not.toMatch(/words of|1288|4321/);
      await nothingStored(other);
      const sameOrder = await refusalOf(create({ ...order, amount: 4_321 }, { ...ctx, coordination }));
      expect(sameOrder).toMatchObject({ code: "IDEMPOTENCY_KEY_REUSED", details: { fields: ["amount"] } });
      // The key stays with the request that used it first.
      expect((await create(order, { ...ctx, coordination })).attempt.state).toBe("awaiting_payer");
    });
  }

  it("stores a conflict and replays it", async () => {
    const order = platform.order();
    await create(order);
    const conflicting = underAnotherKey(order, { amount: 1 });
    const error = await refusalOf(create(conflicting));
    expect(error.code).toBe("ORDER_CONFLICT");
    expect(await refusalOf(create(conflicting))).toMatchObject({
      message: error.message,
      details: { ...error.details, replayed: true },
    });
  });

  it("takes orders whose numbers differ in case only for different orders, and other apps' for others", async () => {
    const order = platform.order({ orderNo: `case-${platform.order().orderNo}-a` });
    const upper = platform.order({ orderNo: order.orderNo.toUpperCase() });
    const { app } = await createApp(platform.ctx, { name: "third shop" });
    await grantAccount(platform.ctx, { appId: app.appId, accountNo: order.accountNo });
    const payments = [
      await create(order),
      await create(upper),
      await createPayment(platform.ctx, { appId: app.appId }, order),
    ];
    expect(new Set(payments.map(({ payment }) => payment.paymentNo)).size).toBe(3);
  });
});
