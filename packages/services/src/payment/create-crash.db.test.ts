import { describeBackends, openPlatform, type TestPlatform } from "@payhub/testkit";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import {
  anotherProcess,
  Crash,
  callsAbout,
  codeOf,
  dyingAt,
  flushCoordination,
  qrOf,
  refusalOf,
  underAnotherKey,
} from "../../test/support.ts";
import type { ServiceContext } from "../context.ts";
import type { FaultPointName } from "../fault.ts";
import { createPayment } from "./create.ts";
import { expirePayments } from "./expire.ts";
import { getPayment } from "./get.ts";
import type { PaymentOrder } from "./open.ts";
import { syncDueAttempts } from "./sync.ts";

// The deadline of one call and its margin.
const CLAIM_MS = 10_000;

describeBackends("createPayment, broken off", (backend) => {
  let platform: TestPlatform;
  let impatient: ServiceContext;

  beforeAll(async () => {
    platform = await openPlatform(backend);
    const restarted = await anotherProcess(backend, platform);
    impatient = { ...restarted, settings: { ...restarted.settings, replayWaitMs: 100 } };
  });
  afterAll(() => platform.close());
  afterEach(async () => {
    platform.simulator.faults.clear();
    expect(await platform.violations()).toEqual([]);
  });

  const create = (order: PaymentOrder, ctx = impatient) => createPayment(ctx, platform.caller, order);
  const read = ({ orderNo }: PaymentOrder) => getPayment(platform.ctx, platform.caller, { orderNo });
  const callsOf = async (order: PaymentOrder) =>
    callsAbout(platform, ...(await read(order)).attempts.map(({ attemptNo }) => attemptNo));
  const dies = (order: PaymentOrder, point: FaultPointName) =>
    expect(create(order, dyingAt(platform, point))).rejects.toThrow(Crash);

  /** Holds a call up at a fault point until it is let go. */
  function heldUpAt(point: FaultPointName) {
    let reach = () => {};
    const reached = new Promise<void>((resolve) => {
      reach = resolve;
    });
    let letGo = () => {};
    const gone = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const ctx = platform.another({
      fault: async (name) => {
        if (name !== point) return;
        reach();
        await gone;
      },
    });
    return { ctx, reached, letGo };
  }

  for (const channel of ["wechatpay", "alipay"] as const) {
    const order = () => platform.order({ accountNo: platform.accounts[channel].accountNo });

    for (const [point, calls] of [
      ["payment.committed", ["query", "create"]],
      ["channel.answered", ["create", "query", "create"]],
    ] as const) {
      for (const key of ["the same key", "another key"] as const) {
        it(`goes on with one number after a death at ${point}, at ${channel} under ${key}`, async () => {
          const asked = order();
          await dies(asked, point);
          const repeat = key === "the same key" ? asked : underAnotherKey(asked);
          // The dead process may still be calling: nobody else does before its claim ran out.
          expect(await refusalOf(create(repeat))).toMatchObject({
            code: "IN_PROGRESS",
            details: { retryAfterMs: 1_000 },
          });
          platform.clock.advance(CLAIM_MS - 1);
          expect(await codeOf(create(repeat))).toBe("IN_PROGRESS");
          platform.clock.advance(1);
          const created = await create(repeat);
          expect(created.attempt).toMatchObject({ ordinal: 1, state: "awaiting_payer" });
          expect(await callsOf(asked)).toEqual(calls);
          platform.simulator.payer.open(qrOf(created));
        });
      }
    }

    it(`goes on with one number after two deaths and a loss of coordination at ${channel}`, async () => {
      const asked = order();
      await dies(asked, "channel.answered");
      platform.clock.advance(CLAIM_MS);
      await dies(asked, "channel.answered");
      const forgetful = { ...impatient, coordination: await flushCoordination(backend) };
      expect(await codeOf(create(asked, forgetful))).toBe("IN_PROGRESS");
      // A resumed attempt is claimed for two calls.
      platform.clock.advance(CLAIM_MS + 8_000);
      expect((await create(asked, forgetful)).attempt.ordinal).toBe(1);
      expect(await callsOf(asked)).toEqual(["create", "query", "create", "query", "create"]);
    });

    it(`closes an order at ${channel} that nobody takes up after a death`, async () => {
      const asked = order();
      await dies(asked, "channel.answered");
      const { payment } = await read(asked);
      platform.clock.set(payment.expiresAt + 5_000);
      for (let step = 0; step < 3; step++) {
        await syncDueAttempts(impatient, { limit: 1_000, concurrency: 4 });
        platform.clock.advance(60_000);
      }
      await expirePayments(impatient, { limit: 1_000 });
      expect(await read(asked)).toMatchObject({ payment: { status: "closed" }, attempt: { state: "closed" } });
    });

    it(`lets a process that was held up before it called ${channel} call no more`, async () => {
      const asked = order();
      const late = heldUpAt("payment.committed");
      const first = create(asked, late.ctx);
      await late.reached;
      platform.clock.advance(CLAIM_MS);
      const second = await create(asked, { ...impatient, coordination: await flushCoordination(backend) });
      late.letGo();
      expect(await codeOf(first)).toBe("IN_PROGRESS");
      expect(await callsOf(asked)).toEqual(["query", "create"]);
      // The code that was given out is still good.
      platform.simulator.payer.open(qrOf(second));
      platform.simulator.payer.pay(qrOf(second));
      await expect.poll(async () => (await read(asked)).payment.status, { timeout: 15_000 }).toBe("succeeded");
    });

    it(`gives a process that was held up after ${channel} answered the code that was stored meanwhile`, async () => {
      const asked = order();
      const late = heldUpAt("channel.answered");
      const first = create(asked, late.ctx);
      await late.reached;
      platform.clock.advance(CLAIM_MS);
      const second = await create(asked, { ...impatient, coordination: await flushCoordination(backend) });
      late.letGo();
      expect(qrOf(await first)).toBe(qrOf(second));
      expect((await read(asked)).attempts).toHaveLength(1);
    });
  }

  it("moves to another channel after a death, without two payable orders at WeChat Pay", async () => {
    const order = platform.order();
    await dies(order, "channel.answered");
    platform.clock.advance(CLAIM_MS);
    const second = await create(underAnotherKey(order, { accountNo: platform.accounts.alipay.accountNo }));
    expect(second.attempt).toMatchObject({ ordinal: 2, channel: "alipay", state: "awaiting_payer" });
    const [first] = (await read(order)).attempts;
    expect(first?.state).toBe("closed");
    expect(callsAbout(platform, first?.attemptNo ?? "")).toEqual(["create", "query", "close", "query"]);
  });

  it("keeps the dead attempt's key for its own request", async () => {
    const order = platform.order();
    await dies(order, "payment.committed");
    const forgetful = { ...impatient, coordination: await flushCoordination(backend) };
    const error = await refusalOf(create(platform.order({ idempotencyKey: order.idempotencyKey }), forgetful));
    expect(error).toMatchObject({ code: "IDEMPOTENCY_KEY_REUSED", details: { fields: ["orderNo"] } });
    expect(error.message).not.toContain(order.orderNo);
  });
});
