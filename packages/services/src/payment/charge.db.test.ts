import type { CallbackFault, Fault } from "@payhub/simulator";
import { findAttemptByKey, updateOpenAttempt } from "@payhub/store";
import { describeBackends, openPlatform, type TestPlatform } from "@payhub/testkit";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import {
  answerOf,
  callsAbout,
  codeOf,
  flushCoordination,
  openSimilarAccount,
  qrOf,
  refusalOf,
  underAnotherKey,
} from "../../test/support.ts";
import type { ServiceContext } from "../context.ts";
import { rotateCredentials } from "../merchant/open-account.ts";
import { createPayment } from "./create.ts";
import { getPayment } from "./get.ts";
import type { PaymentOrder } from "./open.ts";
import { syncDueAttempts } from "./sync.ts";

const LOST_ANSWERS: Record<"wechatpay" | "alipay", Fault[]> = {
  wechatpay: [
    { kind: "drop", when: "before" },
    { kind: "drop", when: "after" },
    { kind: "status", status: 500, code: "SYSTEM_ERROR", committed: true },
    { kind: "status", status: 429, code: "FREQUENCY_LIMITED" },
    { kind: "bad_signature" },
    { kind: "unknown_serial" },
  ],
  alipay: [
    { kind: "drop", when: "before" },
    { kind: "drop", when: "after" },
    { kind: "status", status: 502 },
    { kind: "unknown_result", committed: true },
    { kind: "bad_signature" },
  ],
};
const CLOSED_PORT = { wechatpay: "http://127.0.0.1:9", alipay: "http://127.0.0.1:9/gateway.do" };

describeBackends("chargeAttempt", (backend) => {
  let platform: TestPlatform;

  beforeAll(async () => {
    platform = await openPlatform(backend);
  });
  afterAll(() => platform.close());
  afterEach(async () => {
    platform.simulator.faults.clear();
    expect(await platform.violations()).toEqual([]);
  });

  const create = (order: PaymentOrder, ctx = platform.ctx) => createPayment(ctx, platform.caller, order);
  const read = ({ orderNo }: PaymentOrder) => getPayment(platform.ctx, platform.caller, { orderNo });
  const callsOf = async (order: PaymentOrder) =>
    callsAbout(platform, ...(await read(order)).attempts.map(({ attemptNo }) => attemptNo));
  const forgetful = async () => ({ ...platform.ctx, coordination: await flushCoordination(backend) });
  const atCommit = (work: (order: PaymentOrder) => Promise<void>, order: PaymentOrder): ServiceContext =>
    platform.another({ fault: async (name) => (name === "payment.committed" ? work(order) : undefined) });

  /** Asks the channel for an order's attempt directly, as a process would that has stalled since. */
  async function chargeBehindItsBack({ idempotencyKey, subject, accountNo }: PaymentOrder) {
    const attempt = await findAttemptByKey(platform.ctx.store.db, platform.caller.appId, idempotencyKey);
    if (!attempt) throw new Error("no attempt");
    const { connection } = await platform.ctx.connections.of(accountNo);
    const outcome = await connection.create({ ...attempt, scene: "qr", subject, amount: attempt.chargedAmount });
    if (outcome.kind !== "accepted" || outcome.action.type !== "show_qr") throw new Error("not accepted");
    return outcome.action.codeUrl;
  }

  for (const channel of ["wechatpay", "alipay"] as const) {
    const order = () => platform.order({ accountNo: platform.accounts[channel].accountNo });

    for (const fault of LOST_ANSWERS[channel]) {
      it(`asks ${channel} about the same number after ${JSON.stringify(fault)}`, async () => {
        const asked = order();
        platform.simulator.faults.script({ channel, operation: "create", fault });
        const error = await refusalOf(create(asked));
        expect(error).toMatchObject({ code: "OUTCOME_UNKNOWN", retryable: true, details: { channel } });
        const broken = await read(asked);
        expect(broken.attempt).toMatchObject({ state: "preparing", unknown: true, action: null });
        expect(error.details?.attemptNo).toBe(broken.attempt.attemptNo);
        const created = await create(asked);
        expect(created.replayed).toBe(false);
        expect(created.attempt).toMatchObject({
          attemptNo: broken.attempt.attemptNo,
          state: "awaiting_payer",
          unknown: false,
        });
        expect(await callsOf(asked)).toEqual(["create", "query", "create"]);
        platform.simulator.payer.open(qrOf(created));
      });
    }

    it(`asks ${channel} about the same number under another key and after a loss of coordination`, async () => {
      const asked = order();
      platform.simulator.faults.script({
        channel,
        operation: "create",
        fault: { kind: "drop", when: "after" },
        times: 2,
      });
      expect(await codeOf(create(asked))).toBe("OUTCOME_UNKNOWN");
      expect(await codeOf(create(underAnotherKey(asked)))).toBe("OUTCOME_UNKNOWN");
      const created = await create(asked, await forgetful());
      expect((await read(asked)).attempts).toHaveLength(1);
      expect(await callsOf(asked)).toEqual(["create", "query", "create", "query", "create"]);
      expect(answerOf(await create(underAnotherKey(asked)))).toEqual(answerOf(created));
    });

    it(`does not repeat the call while ${channel} gives no answer about the number`, async () => {
      const asked = order();
      platform.simulator.faults.script({ channel, operation: "create", fault: { kind: "drop", when: "after" } });
      platform.simulator.faults.script({ channel, operation: "query", fault: { kind: "drop", when: "before" } });
      expect(await codeOf(create(asked))).toBe("OUTCOME_UNKNOWN");
      expect(await codeOf(create(asked))).toBe("OUTCOME_UNKNOWN");
      expect(await callsOf(asked)).toEqual(["create", "query"]);
      expect((await create(asked)).attempt.state).toBe("awaiting_payer");
    });

    it(`puts an unknown order at ${channel} on the ladder, where it stays unknown until it is initiated`, async () => {
      const asked = order();
      platform.simulator.faults.script({ channel, operation: "create", fault: { kind: "drop", when: "after" } });
      expect(await codeOf(create(asked))).toBe("OUTCOME_UNKNOWN");
      const { nextQueryAt } = (await read(asked)).attempt;
      expect(nextQueryAt).toBeGreaterThanOrEqual(platform.clock.now() + 5_000);
      expect(nextQueryAt).toBeLessThanOrEqual(platform.clock.now() + 5_500);
      platform.clock.set(nextQueryAt ?? 0);
      await syncDueAttempts(platform.ctx, { limit: 100, concurrency: 4 });
      expect((await read(asked)).attempt).toMatchObject({ state: "preparing", unknown: true });
      expect(await callsOf(asked)).toEqual(["create", "query"]);
      expect((await create(asked)).attempt.state).toBe("awaiting_payer");
    });

    it(`says CHANNEL_UNAVAILABLE when ${channel} cannot be reached, and runs the retry without a question`, async () => {
      const { accountNo, original } = await openSimilarAccount(platform, channel, { endpoint: CLOSED_PORT[channel] });
      const asked = platform.order({ accountNo });
      const error = await refusalOf(create(asked));
      expect(error).toMatchObject({ code: "CHANNEL_UNAVAILABLE", retryable: true, details: { channel } });
      expect((await read(asked)).attempt).toMatchObject({ state: "preparing", unknown: false, calledUntil: 0 });
      await rotateCredentials(platform.ctx, { accountNo, credentials: original });
      platform.clock.advance(5_000);
      expect(await create(asked)).toMatchObject({ replayed: false, attempt: { ordinal: 1, state: "awaiting_payer" } });
      expect(await callsOf(asked)).toEqual(["create"]);
    });
  }

  it("keeps the channel's words of a refusal, stores it and replays it, also without coordination", async () => {
    const order = platform.order();
    const { faults } = platform.simulator;
    faults.script({
      channel: "wechatpay",
      operation: "create",
      fault: { kind: "status", status: 403, code: "NO_AUTH" },
    });
    const error = await refusalOf(create(order));
    expect(error).toMatchObject({ code: "CHANNEL_REJECTED", retryable: false });
    expect(error.details).toMatchObject({ channel: "wechatpay", channelCode: "NO_AUTH" });
    expect((await read(order)).attempt).toMatchObject({ state: "failed", failureCode: "NO_AUTH", nextQueryAt: null });
    expect((await read(order)).payment.status).toBe("created");
    const replayed = await refusalOf(create(order));
    expect(replayed).toMatchObject({ message: error.message, details: { ...error.details, replayed: true } });
    const forgotten = await refusalOf(create(order, await forgetful()));
    expect(forgotten).toMatchObject({ code: error.code, message: error.message, details: error.details });
    expect(await callsOf(order)).toEqual(["create"]);
  });

  it("keeps Alipay's own code of a refusal", async () => {
    const { accountNo } = await openSimilarAccount(platform, "alipay", { sellerId: "2088999999999999" });
    const order = platform.order({ accountNo });
    const error = await refusalOf(create(order));
    expect(error.code).toBe("CHANNEL_REJECTED");
    expect(error.details).toMatchObject({ channel: "alipay", channelCode: "ACQ.SELLER_NOT_EXIST" });
    expect(error.message).toContain("ACQ.SELLER_NOT_EXIST");
  });

  it("does not take the refusal of a repeat for the word on an order that the channel has", async () => {
    const order = platform.order();
    const { faults } = platform.simulator;
    faults.script({ channel: "wechatpay", operation: "create", fault: { kind: "drop", when: "after" } });
    faults.script({
      channel: "wechatpay",
      operation: "create",
      fault: { kind: "status", status: 403, code: "NO_AUTH" },
    });
    expect(await codeOf(create(order))).toBe("OUTCOME_UNKNOWN");
    expect(await codeOf(create(order))).toBe("OUTCOME_UNKNOWN");
    expect((await read(order)).attempt).toMatchObject({ state: "preparing", unknown: true, failureCode: null });
    expect((await create(order)).attempt.state).toBe("awaiting_payer");
  });

  for (const callback of ["lost", undefined] satisfies (CallbackFault | undefined)[]) {
    it(`finds out that the order is paid when the channel says so, with the callback ${callback ?? "delivered"}`, async () => {
      const order = platform.order();
      const { simulator } = platform;
      if (callback) simulator.faults.callback({ channel: "wechatpay", fault: callback });
      const ctx = atCommit(async (asked) => {
        simulator.payer.pay(await chargeBehindItsBack(asked));
      }, order);
      const created = await create(order, ctx);
      expect(created).toMatchObject({
        payment: { status: "succeeded", settledBy: created.attempt.attemptNo },
        attempt: { state: "succeeded" },
      });
      expect(await callsOf(order)).toEqual(["create", "create", "query"]);
    });
  }

  it("does not know the outcome when the channel says paid and then gives no answer", async () => {
    const order = platform.order();
    const { simulator } = platform;
    simulator.faults.callback({ channel: "wechatpay", fault: "lost" });
    simulator.faults.script({ channel: "wechatpay", operation: "query", fault: { kind: "drop", when: "before" } });
    const ctx = atCommit(async (asked) => {
      simulator.payer.pay(await chargeBehindItsBack(asked));
    }, order);
    expect(await codeOf(create(order, ctx))).toBe("OUTCOME_UNKNOWN");
    expect((await create(order)).payment.status).toBe("succeeded");
  });

  it("gives up a number that the channel will not take, keeps watching it and goes on under another key", async () => {
    const order = platform.order();
    // Closing a number that was never placed burns it at WeChat Pay.
    const ctx = atCommit(async ({ accountNo, idempotencyKey }) => {
      const attempt = await findAttemptByKey(platform.ctx.store.db, platform.caller.appId, idempotencyKey);
      const { connection } = await platform.ctx.connections.of(accountNo);
      await connection.close({ attemptNo: attempt?.attemptNo ?? "" });
    }, order);
    const error = await refusalOf(create(order, ctx));
    expect(error).toMatchObject({ code: "CHANNEL_REJECTED", details: { channelCode: "INVALID_REQUEST" } });
    const { attempt } = await read(order);
    expect(attempt).toMatchObject({ state: "preparing", unknown: true, failureCode: "NUMBER_USED" });
    expect(attempt.nextQueryAt).not.toBeNull();
    expect(await codeOf(create(order, await forgetful()))).toBe("CHANNEL_REJECTED");
    const second = await create(underAnotherKey(order));
    expect(second.attempt).toMatchObject({ ordinal: 2, state: "awaiting_payer" });
    expect((await read(order)).attempts[0]?.state).toBe("closed");
  });

  it("lets go of an attempt that another process ended while the channel was asked", async () => {
    const order = platform.order();
    const ctx = platform.another({
      fault: async (name) => {
        if (name !== "channel.answered") return;
        const found = await findAttemptByKey(platform.ctx.store.db, platform.caller.appId, order.idempotencyKey);
        const action = { type: "show_qr", codeUrl: "weixin://stored-first", expiresAt: found?.expiresAt ?? 0 } as const;
        const { attemptNo = "", updatedAt = 0 } = found ?? {};
        await updateOpenAttempt(platform.ctx.store.db, attemptNo, { action, updatedAt });
        await platform.ctx.store.db
          .updateTable("attempt")
          .set({ state: "awaiting_payer" })
          .where("attemptNo", "=", attemptNo)
          .execute();
      },
    });
    expect(qrOf(await create(order, ctx))).toBe("weixin://stored-first");
  });
});

describeBackends("chargeAttempt with the channel down", (backend) => {
  it("says CHANNEL_UNAVAILABLE, and guesses nothing", async () => {
    const platform = await openPlatform(backend);
    const { ctx, caller, simulator, accounts } = platform;
    await createPayment(ctx, caller, platform.order());
    await simulator.stop();
    for (const { accountNo } of Object.values(accounts)) {
      const order = platform.order({ accountNo });
      expect(await codeOf(createPayment(ctx, caller, order))).toBe("CHANNEL_UNAVAILABLE");
      expect(await getPayment(ctx, caller, { orderNo: order.orderNo })).toMatchObject({
        payment: { status: "created" },
        attempt: { state: "preparing", unknown: false },
      });
    }
    await platform.close();
  });
});
