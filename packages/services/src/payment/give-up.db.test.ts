import { EXPIRY_MARGIN_MS } from "@payhub/domain";
import { describeBackends, openPlatform, type TestPlatform } from "@payhub/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createPayment } from "./create.ts";
import { readPayment } from "./get.ts";
import { syncAttempt } from "./sync.ts";

describeBackends("a sale at a counter that is given up", (backend) => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await openPlatform(backend, { settings: { channelDeadlineMs: 1_000 } });
  });
  afterAll(async () => {
    await platform.close();
  });

  it.each(["wechatpay", "alipay"] as const)(
    "%s: a charge that never came is closed, not before its end",
    async (channel) => {
      const { ctx, caller, simulator, clock } = platform;
      const { accountNo } = platform.accounts[channel];
      simulator.faults.script({ channel, operation: "create", fault: { kind: "drop", when: "before" } });
      const input = { scene: "barcode", authCode: simulator.payer.payerCode(channel), storeNo: "S001" } as const;
      const order = platform.order({ accountNo }, input);
      const { attempt } = await createPayment(ctx, caller, order);
      const story = () => readPayment(ctx.store.db, { appId: caller.appId, orderNo: order.orderNo });
      const { attemptNo, expiresAt } = attempt;
      clock.set(expiresAt - 1);
      await syncAttempt(ctx, attemptNo);
      expect((await story()).payment.status).toBe("created");
      clock.set(expiresAt + EXPIRY_MARGIN_MS);
      await syncAttempt(ctx, attemptNo);
      expect(await story()).toMatchObject({ payment: { status: "closed" }, attempt: { state: "closed" } });
      expect(simulator.ledger().find(({ outTradeNo }) => outTradeNo === attemptNo)?.state).not.toBe("paid");
      expect(await platform.violations()).toEqual([]);
    },
  );
});
