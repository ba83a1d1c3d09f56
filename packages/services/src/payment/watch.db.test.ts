import { describeBackends, openPlatform, type TakenPayment, type TestPlatform, takePayment } from "@payhub/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ServiceContext } from "../context.ts";
import { closePayment } from "./close.ts";
import { createPayment } from "./create.ts";
import { syncAttempt } from "./sync.ts";
import { watchPayment } from "./watch.ts";

describeBackends("watchPayment", (backend) => {
  let platform: TestPlatform;
  let other: ServiceContext;
  beforeAll(async () => {
    platform = await openPlatform(backend, { initiationGapMs: 0 });
    platform.simulator.faults.callback({ channel: "wechatpay", times: Number.POSITIVE_INFINITY, fault: "lost" });
    other = platform.another({ coordination: await backend.openCoordination() });
  });
  afterAll(async () => {
    await platform.close();
  });

  const watch = ({ payment }: TakenPayment, signal = AbortSignal.timeout(20_000)) =>
    watchPayment(other, platform.caller, { paymentNo: payment.paymentNo }, signal);

  it("shows a payment as it is, tells within 200 ms that it was paid in another process, and ends", async () => {
    const delaysMs: number[] = [];
    // The best of three, because a busy machine may be late once; without the wake-up each would wait for the next look.
    for (let round = 0; round < 3; round++) {
      const taken = await takePayment(platform);
      const states = watch(taken);
      expect((await states.next()).value).toMatchObject({ payment: { status: "created" } });
      const told = states.next().then(({ value }) => ({ value, at: performance.now() }));
      await new Promise((resolve) => setTimeout(resolve, 100));
      platform.simulator.payer.pay(taken.codeUrl);
      await syncAttempt(platform.ctx, taken.attempt.attemptNo);
      const settledAt = performance.now();
      const { value, at } = await told;
      expect(value).toMatchObject({ payment: { status: "succeeded" }, attempt: { state: "succeeded" } });
      expect((await states.next()).done).toBe(true);
      delaysMs.push(at - settledAt);
    }
    expect(Math.min(...delaysMs)).toBeLessThan(200);
    expect(await platform.violations()).toEqual([]);
  });

  it("shows a final state at once and ends", async () => {
    const taken = await takePayment(platform);
    const { paymentNo } = taken.payment;
    await closePayment(platform.ctx, platform.caller, { paymentNo, idempotencyKey: `close-${paymentNo}` });
    const states = watch(taken);
    expect((await states.next()).value).toMatchObject({ payment: { status: "closed" } });
    expect((await states.next()).done).toBe(true);
  });

  it("shows the next attempt of the same order", async () => {
    const taken = await takePayment(platform);
    const states = watch(taken);
    await states.next();
    const { accountNo } = platform.accounts.alipay;
    const order = platform.order({ orderNo: taken.payment.orderNo, accountNo });
    const changed = states.next();
    await createPayment(platform.ctx, platform.caller, order);
    expect((await changed).value).toMatchObject({ payment: { status: "created" } });
    let last = await changed;
    while (!last.done && last.value.attempt.channel !== "alipay") last = await states.next();
    expect(last.value).toMatchObject({ attempt: { channel: "alipay" } });
    await states.return(undefined);
    expect(await platform.violations()).toEqual([]);
  });

  it("finds out by itself when the wake-up was lost", async () => {
    const taken = await takePayment(platform);
    const states = watch(taken);
    await states.next();
    const silent = platform.another({
      coordination: {
        ...platform.ctx.coordination,
        wakeUps: { ...platform.ctx.coordination.wakeUps, notify: () => {} },
      },
    });
    platform.simulator.payer.pay(taken.codeUrl);
    await syncAttempt(silent, taken.attempt.attemptNo);
    const began = performance.now();
    expect((await states.next()).value).toMatchObject({ payment: { status: "succeeded" } });
    expect(performance.now() - began).toBeLessThan(4_000);
  });

  it("ends when its watcher goes, and knows no payment of another app", async () => {
    const taken = await takePayment(platform);
    const gone = new AbortController();
    const states = watch(taken, gone.signal);
    await states.next();
    const end = states.next();
    gone.abort();
    expect(await end).toEqual({ done: true, value: undefined });
    const { paymentNo } = taken.payment;
    const strange = watchPayment(other, { appId: "APP0" }, { paymentNo }, AbortSignal.timeout(1_000));
    await expect(strange.next()).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});
