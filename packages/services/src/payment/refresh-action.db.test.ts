import { describeBackends, openPlatform, type TestPlatform } from "@payhub/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createPayment } from "./create.ts";

const LINK_LIVES_MS = 5 * 60_000;
const MARGIN_MS = 60_000;

describeBackends("handOutAgain", (backend) => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await openPlatform(backend);
  });
  afterAll(() => platform.close());

  const again = (orderNo: string) => {
    const order = platform.order({ orderNo }, { scene: "h5", clientIp: "203.0.113.7" });
    return createPayment(platform.ctx, platform.caller, order);
  };
  const linkOf = ({ attempt }: Awaited<ReturnType<typeof again>>) => {
    if (attempt.action?.type !== "redirect") throw new Error("no link");
    return attempt.action.url;
  };
  const creations = (attemptNo: string) =>
    platform.simulator
      .calls()
      .filter(({ operation, outTradeNo }) => operation === "create" && outTradeNo === attemptNo);

  it("gives the same link while it lives, and a fresh one under the same number after", async () => {
    const { orderNo } = platform.order();
    const first = await again(orderNo);
    platform.clock.advance(LINK_LIVES_MS - MARGIN_MS);
    expect(linkOf(await again(orderNo))).toBe(linkOf(first));
    expect(creations(first.attempt.attemptNo)).toHaveLength(1);
    platform.clock.advance(1);
    const later = await again(orderNo);
    expect(later.attempt.attemptNo).toBe(first.attempt.attemptNo);
    expect(linkOf(later)).not.toBe(linkOf(first));
    expect(creations(first.attempt.attemptNo)).toHaveLength(2);
    platform.simulator.payer.visit(linkOf(later));
    platform.simulator.payer.pay(linkOf(later));
    await expect.poll(async () => (await again(orderNo)).payment.status).toBe("succeeded");
    expect(await platform.violations()).toEqual([]);
  });

  it("keeps the old link when the channel cannot be asked", async () => {
    const { orderNo } = platform.order();
    const first = await again(orderNo);
    platform.clock.advance(LINK_LIVES_MS);
    platform.simulator.faults.script({
      channel: "wechatpay",
      operation: "create",
      fault: { kind: "status", status: 500 },
    });
    expect(linkOf(await again(orderNo))).toBe(linkOf(first));
    expect(linkOf(await again(orderNo))).not.toBe(linkOf(first));
    expect(await platform.violations()).toEqual([]);
  });
});
