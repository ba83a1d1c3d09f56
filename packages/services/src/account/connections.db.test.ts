import { findLiveCredentials } from "@payhub/store";
import { describeBackends, openPlatform, type TestPlatform } from "@payhub/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { codeOf, openSimilarAccount, qrOf } from "../../test/support.ts";
import { retireAccount, rotateCredentials } from "../merchant/open-account.ts";
import { createPayment } from "../payment/create.ts";
import { getPayment } from "../payment/get.ts";
import { credentialOwner } from "./credentials.ts";

describeBackends("the connections of a process", (backend) => {
  let platform: TestPlatform;

  beforeAll(async () => {
    platform = await openPlatform(backend);
  });
  afterAll(() => platform.close());

  it("open an account's line once, also for many at the same time", async () => {
    const { connections } = platform.ctx;
    const { accountNo } = await openSimilarAccount(platform, "wechatpay", {});
    const connected = await Promise.all(Array.from({ length: 10 }, () => connections.of(accountNo)));
    expect(new Set(connected).size).toBe(1);
    platform.clock.advance(4_999);
    expect(await connections.of(accountNo)).toBe(connected[0]);
    platform.clock.advance(1);
    const later = await connections.of(accountNo);
    expect(later).not.toBe(connected[0]);
    expect(later.connection).toBe(connected[0]?.connection);
  });

  it("see a retirement and a rotation within 5 seconds", async () => {
    const { connections } = platform.ctx;
    const { accountNo, original } = await openSimilarAccount(platform, "alipay", {});
    const before = await connections.of(accountNo);
    await rotateCredentials(platform.ctx, { accountNo, credentials: original });
    await retireAccount(platform.ctx, accountNo);
    platform.clock.advance(5_000);
    const after = await connections.of(accountNo);
    expect(after.account.status).toBe("retired");
    expect(after.connection).not.toBe(before.connection);
  });

  it("refuse an account that does not exist, each time", async () => {
    expect(await codeOf(platform.ctx.connections.of("A404"))).toBe("NOT_FOUND");
    expect(await codeOf(platform.ctx.connections.of("A404"))).toBe("NOT_FOUND");
  });

  it("open no line with credentials that were sealed for another account", async () => {
    const { ctx } = platform;
    const { accountNo } = await openSimilarAccount(platform, "alipay", {});
    const [other] = await findLiveCredentials(ctx.store.db, platform.accounts.alipay.accountNo);
    const { db } = ctx.store;
    await db
      .updateTable("account_credential")
      .set({ sealed: other?.sealed ?? "" })
      .where("accountNo", "=", accountNo)
      .execute();
    expect(() => ctx.keyring.open(credentialOwner(accountNo), "credentials", other?.sealed ?? "")).toThrow();
    await expect(ctx.connections.of(accountNo)).rejects.toThrow();
  });

  it("settle what a retired account took before", async () => {
    const { ctx, caller, simulator } = platform;
    const { accountNo } = await openSimilarAccount(platform, "wechatpay", {});
    const order = platform.order({ accountNo });
    const created = await createPayment(ctx, caller, order);
    await retireAccount(ctx, accountNo);
    platform.clock.advance(5_000);
    simulator.payer.pay(qrOf(created));
    await expect
      .poll(async () => (await getPayment(ctx, caller, { orderNo: order.orderNo })).payment.status, { timeout: 15_000 })
      .toBe("succeeded");
    expect(await platform.violations()).toEqual([]);
  });
});
