import { claimAttempt, findAttempt, updateOpenAttempt } from "@payhub/store";
import { describeBackends, openPlatform, type TestPlatform } from "@payhub/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { anotherProcess, qrOf } from "../../test/support.ts";
import { claimMs } from "./claim.ts";
import { createPayment } from "./create.ts";
import { syncAttempt } from "./sync.ts";

describeBackends("the claim on an attempt", (backend) => {
  let platform: TestPlatform;

  beforeAll(async () => {
    platform = await openPlatform(backend);
  });
  afterAll(() => platform.close());

  const take = async () => (await createPayment(platform.ctx, platform.caller, platform.order())).attempt;
  const claim = (attemptNo: string, seen?: Awaited<ReturnType<typeof take>>) => {
    const nowMs = platform.clock.now();
    const untilMs = nowMs + claimMs(platform.ctx, "charge");
    return claimAttempt(platform.ctx.store.db, { attemptNo, nowMs, untilMs, ...(seen && { seen }) });
  };

  it("outlasts the calls that are made under it", () => {
    expect(claimMs(platform.ctx, "charge")).toBe(10_000);
    expect(claimMs(platform.ctx, "resume")).toBe(18_000);
    expect(claimMs(platform.ctx, "give_up")).toBe(26_000);
  });

  it("goes to one of many and is free when its time is over", async () => {
    const { attemptNo } = await take();
    const claims = await Promise.all(Array.from({ length: 8 }, () => claim(attemptNo)));
    expect(claims.filter(Boolean)).toHaveLength(1);
    platform.clock.advance(9_999);
    expect(await claim(attemptNo)).toBe(false);
    platform.clock.advance(1);
    expect(await claim(attemptNo)).toBe(true);
  });

  it("is refused to those who read the attempt before another one had it", async () => {
    const seen = await take();
    const { attemptNo } = seen;
    expect(await claim(attemptNo, seen)).toBe(true);
    const nowMs = platform.clock.now();
    await updateOpenAttempt(platform.ctx.store.db, attemptNo, { calledUntil: nowMs, updatedAt: nowMs });
    expect(await claim(attemptNo, seen)).toBe(false);
    expect(await claim(attemptNo, { ...seen, calledUntil: nowMs, state: "preparing" })).toBe(false);
    expect(await claim(attemptNo, await findAttempt(platform.ctx.store.db, attemptNo))).toBe(true);
  });

  it("is not given on an attempt that has its final word", async () => {
    const created = await createPayment(platform.ctx, platform.caller, platform.order());
    const { attemptNo } = created.attempt;
    platform.simulator.faults.callback({ channel: "wechatpay", fault: "lost" });
    platform.simulator.payer.pay(qrOf(created));
    expect(await syncAttempt(await anotherProcess(backend, platform), attemptNo)).toBe(true);
    expect(await claim(attemptNo)).toBe(false);
    expect(await platform.violations()).toEqual([]);
  });
});
