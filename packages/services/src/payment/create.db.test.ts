import { describeBackends, openPlatform, type TestPlatform } from "@payhub/testkit";
import { afterEach, beforeEach, expect, it } from "vitest";
import { pullEvents } from "../event/pull.ts";
import { createPayment } from "./create.ts";
import { getPayment } from "./get.ts";

describeBackends("createPayment", (backend) => {
  let platform: TestPlatform;
  beforeEach(async () => {
    platform = await openPlatform(backend);
  });
  afterEach(async () => {
    await platform.close();
  });

  for (const channel of ["wechatpay", "alipay"] as const) {
    it(`takes a payment at ${channel} from the order to the event`, async () => {
      const { ctx, caller, simulator, accounts } = platform;
      const order = platform.order({ accountNo: accounts[channel].accountNo });
      const created = await createPayment(ctx, caller, order);
      expect(created).toMatchObject({
        replayed: false,
        payment: { status: "created", amount: 1288, chargedAmount: 1288, oneCent: false },
        attempt: { state: "awaiting_payer", channel, action: { type: "show_qr" } },
      });
      if (created.attempt.action?.type !== "show_qr") throw new Error("no code");
      simulator.payer.open(created.attempt.action.codeUrl);
      simulator.payer.pay(created.attempt.action.codeUrl);
      const batch = await pullEvents(
        ctx,
        caller,
        { limit: 10, waitMs: 5_000, leaseMs: 30_000 },
        AbortSignal.timeout(10_000),
      );
      expect(batch.events).toMatchObject([
        { type: "payment.succeeded", sequence: 1, data: { orderNo: order.orderNo, status: "succeeded", amount: 1288 } },
      ]);
      const detail = await getPayment(ctx, caller, { orderNo: order.orderNo });
      expect(detail.payment).toMatchObject({ status: "succeeded", settledBy: created.attempt.attemptNo });
      expect(detail.attempt.channelTradeNo).toBe(simulator.ledger()[0]?.channelTradeNo);
      expect(await platform.violations()).toEqual([]);
    });
  }
});
