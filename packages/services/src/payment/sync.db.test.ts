import { EXPIRY_MARGIN_MS, LADDER_JITTER, QUERY_LADDER_MS } from "@payhub/domain";
import type { Operation } from "@payhub/simulator";
import { findAttempt } from "@payhub/store";
import { describeBackends, openPlatform, type TakenPayment, type TestPlatform, takePayment } from "@payhub/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { pullEvents } from "../event/pull.ts";
import { getPayment } from "./get.ts";
import { syncAttempt, syncDueAttempts } from "./sync.ts";

const CHANNELS = ["wechatpay", "alipay"] as const;
const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

describeBackends("the query ladder", (backend) => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await openPlatform(backend, { initiationGapMs: 0 });
    for (const channel of CHANNELS) {
      platform.simulator.faults.callback({ channel, times: Number.POSITIVE_INFINITY, fault: "lost" });
    }
  });
  afterAll(async () => {
    await platform.close();
  });

  const attemptOf = async ({ attempt }: TakenPayment) => {
    const found = await findAttempt(platform.ctx.store.db, attempt.attemptNo);
    if (!found) throw new Error("the attempt is missing");
    return found;
  };
  const story = ({ payment }: TakenPayment) =>
    getPayment(platform.ctx, platform.caller, { paymentNo: payment.paymentNo });
  const callsAbout = ({ attempt }: TakenPayment, operation: Operation) =>
    platform.simulator.calls().filter((call) => call.outTradeNo === attempt.attemptNo && call.operation === operation)
      .length;
  const syncDue = () => syncDueAttempts(platform.ctx, { limit: 100, concurrency: 4 });
  /** Finishes what earlier tests left open, far in the future. */
  async function settleTheRest(): Promise<void> {
    platform.clock.advance(3 * 60 * MINUTE_MS);
    for (let round = 0; round < 5; round++) {
      await syncDue();
      platform.clock.advance(EXPIRY_MARGIN_MS);
    }
  }

  it("asks at 5 s, 15 s, 30 s, 1 m, 3 m and then every 10 m, each stretched by a tenth at most", async () => {
    await settleTheRest();
    const taken = await takePayment(platform, { expiresIn: 7_200 });
    const steps = [5, 15, 30, 60, 180, 600, 600, 600, 600].map((seconds) => seconds * SECOND_MS);
    for (const [index, stepMs] of steps.entries()) {
      const { nextQueryAt, queryCount } = await attemptOf(taken);
      const waitMs = (nextQueryAt ?? 0) - platform.clock.now();
      expect(waitMs, `step ${index}`).toBeGreaterThanOrEqual(stepMs);
      expect(waitMs, `step ${index}`).toBeLessThanOrEqual(stepMs * (1 + LADDER_JITTER));
      expect(queryCount).toBe(index);
      platform.clock.advance(waitMs - 1);
      expect(await syncDue()).toBe(0);
      platform.clock.advance(1);
      expect(await syncDue()).toBe(1);
    }
    expect(callsAbout(taken, "query")).toBe(steps.length);
    expect(QUERY_LADDER_MS.at(-1)).toBe(steps.at(-1));
    expect((await attemptOf(taken)).unknown).toBe(false);
    expect(await platform.violations()).toEqual([]);
  });

  it("asks just past the expiry when the next step would be later", async () => {
    const taken = await takePayment(platform, { expiresIn: 60 });
    for (let step = 0; step < 3; step++) {
      platform.clock.set((await attemptOf(taken)).nextQueryAt ?? 0);
      await syncAttempt(platform.ctx, taken.attempt.attemptNo);
    }
    expect((await attemptOf(taken)).nextQueryAt).toBe(taken.attempt.expiresAt + EXPIRY_MARGIN_MS);
  });

  it.each(CHANNELS)("finds every payment at %s when all callbacks are lost", async (channel) => {
    const payments: TakenPayment[] = [];
    for (let i = 0; i < 5; i++) payments.push(await takePayment(platform, { channel }));
    for (const { codeUrl } of payments) platform.simulator.payer.pay(codeUrl);
    platform.clock.advance(5.5 * SECOND_MS);
    await syncDue();
    for (const taken of payments) expect((await story(taken)).payment.status).toBe("succeeded");
    const input = { limit: 100, waitMs: 0, leaseMs: MINUTE_MS };
    const { events } = await pullEvents(platform.ctx, platform.caller, input, AbortSignal.timeout(5_000));
    const succeeded = events.filter(({ type }) => type === "payment.succeeded").map(({ paymentNo }) => paymentNo);
    expect(succeeded).toEqual(expect.arrayContaining(payments.map(({ payment }) => payment.paymentNo)));
    expect(await platform.violations()).toEqual([]);
  });

  it("asks about an attempt once when several processes find it due", async () => {
    const taken = await takePayment(platform);
    platform.clock.advance(5.5 * SECOND_MS);
    const other = platform.another({ store: await backend.openStore() });
    const { attemptNo } = taken.attempt;
    // Long enough for every process to come while the first one asks.
    platform.simulator.faults.script({ channel: "wechatpay", operation: "query", fault: { kind: "delay", ms: 500 } });
    const took = await Promise.all([platform.ctx, other, platform.ctx].map((ctx) => syncAttempt(ctx, attemptNo)));
    expect(took.filter(Boolean)).toHaveLength(1);
    expect(callsAbout(taken, "query")).toBe(1);
    expect(await platform.violations()).toEqual([]);
  });

  it("goes on up the ladder when the channel's answers cannot be believed, and settles at the first that can", async () => {
    for (const channel of CHANNELS) {
      const taken = await takePayment(platform, { channel });
      platform.simulator.payer.pay(taken.codeUrl);
      const { attemptNo } = taken.attempt;
      const match = (outTradeNo: string) => outTradeNo === attemptNo;
      for (const kind of ["bad_signature", "unsigned"] as const) {
        platform.simulator.faults.script({ channel, operation: "query", match, fault: { kind } });
        expect(await syncAttempt(platform.ctx, attemptNo)).toBe(true);
        expect(await attemptOf(taken)).toMatchObject({ state: "awaiting_payer", unknown: true });
      }
      platform.simulator.faults.script({ channel, operation: "query", match, fault: { kind: "drop", when: "after" } });
      expect(await syncAttempt(platform.ctx, attemptNo)).toBe(true);
      expect(await attemptOf(taken)).toMatchObject({ state: "awaiting_payer", unknown: true, queryCount: 3 });
      expect(await syncAttempt(platform.ctx, attemptNo)).toBe(true);
      expect((await story(taken)).payment.status).toBe("succeeded");
    }
    expect(await platform.violations()).toEqual([]);
  });

  it("does not let one attempt that throws keep the others waiting", async () => {
    const taken = [await takePayment(platform), await takePayment(platform, { channel: "alipay" })];
    for (const { codeUrl } of taken) platform.simulator.payer.pay(codeUrl);
    platform.clock.advance(5.5 * SECOND_MS);
    const { connections } = platform.ctx;
    const broken = platform.another({
      connections: {
        of: (accountNo) =>
          accountNo === platform.accounts.wechatpay.accountNo
            ? Promise.reject(new Error("the keyring lacks a key"))
            : connections.of(accountNo),
      },
    });
    await syncDueAttempts(broken, { limit: 100, concurrency: 1 });
    expect(await Promise.all(taken.map(async (one) => (await story(one)).payment.status))).toEqual([
      "created",
      "succeeded",
    ]);
    platform.clock.advance(MINUTE_MS);
    await syncDue();
    expect(await platform.violations()).toEqual([]);
  });

  it("closes the code of another channel at once when its order was paid elsewhere", async () => {
    const { orderNo } = platform.order();
    const first = await takePayment(platform, { channel: "alipay", orderNo });
    platform.clock.advance(1);
    const second = await takePayment(platform, { channel: "wechatpay", orderNo });
    platform.simulator.payer.open(first.codeUrl);
    platform.simulator.payer.pay(second.codeUrl);
    await syncAttempt(platform.ctx, second.attempt.attemptNo);
    expect((await attemptOf(first)).nextQueryAt).toBe(platform.clock.now());
    await syncDue();
    expect((await attemptOf(first)).state).toBe("closed");
    expect(() => platform.simulator.payer.pay(first.codeUrl)).toThrow("closed");
    expect((await story(first)).payment).toMatchObject({ status: "succeeded", settledBy: second.attempt.attemptNo });
    expect(await platform.violations()).toEqual([]);
  });

  it("holds the second receipt when both codes of an order were paid", async () => {
    const { orderNo } = platform.order();
    const first = await takePayment(platform, { channel: "alipay", orderNo });
    const second = await takePayment(platform, { channel: "wechatpay", orderNo });
    platform.simulator.payer.pay(first.codeUrl);
    platform.simulator.payer.pay(second.codeUrl);
    await Promise.all([first, second].map(({ attempt }) => syncAttempt(platform.ctx, attempt.attemptNo)));
    const { payment, attempts, heldReceipts } = await story(first);
    expect(payment.status).toBe("succeeded");
    expect(attempts.map(({ state, nextQueryAt }) => ({ state, nextQueryAt }))).toEqual([
      { state: "succeeded", nextQueryAt: null },
      { state: "succeeded", nextQueryAt: null },
    ]);
    expect(heldReceipts).toMatchObject([{ reason: "duplicate" }]);
    expect(platform.alerts.filter(({ facts }) => facts.paymentNo === payment.paymentNo)).toMatchObject([
      { kind: "duplicate_payment" },
    ]);
    expect(await platform.violations()).toEqual([]);
  });

  it("never asks again about an attempt that has its final word", async () => {
    const taken = await takePayment(platform);
    platform.simulator.payer.pay(taken.codeUrl);
    await syncAttempt(platform.ctx, taken.attempt.attemptNo);
    const asked = callsAbout(taken, "query");
    platform.clock.advance(60 * MINUTE_MS);
    await syncDue();
    expect(await syncAttempt(platform.ctx, taken.attempt.attemptNo)).toBe(false);
    expect(callsAbout(taken, "query")).toBe(asked);
    expect(await platform.violations()).toEqual([]);
  });
});
