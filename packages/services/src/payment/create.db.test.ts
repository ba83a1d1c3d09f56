import { describeBackends, openPlatform, type TestPlatform } from "@payhub/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { pullEvents } from "../event/pull.ts";
import { createPayment } from "./create.ts";
import { getPayment } from "./get.ts";

describeBackends("createPayment", (backend) => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await openPlatform(backend);
  });
  afterAll(async () => {
    await platform.close();
  });

  const tradeOf = (attemptNo: string) => platform.simulator.ledger().find(({ outTradeNo }) => outTradeNo === attemptNo);

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
      expect(batch.events.filter(({ data }) => data.orderNo === order.orderNo)).toMatchObject([
        { type: "payment.succeeded", sequence: 1, data: { orderNo: order.orderNo, status: "succeeded", amount: 1288 } },
      ]);
      const detail = await getPayment(ctx, caller, { orderNo: order.orderNo });
      expect(detail.payment).toMatchObject({ status: "succeeded", settledBy: created.attempt.attemptNo });
      expect(detail.attempt.channelTradeNo).toBe(tradeOf(created.attempt.attemptNo)?.channelTradeNo);
      expect(await platform.violations()).toEqual([]);
    });
  }
});
