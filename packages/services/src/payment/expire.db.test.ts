import { EXPIRY_MARGIN_MS } from "@payhub/domain";
import type { Fault, Operation } from "@payhub/simulator";
import { describeBackends, openPlatform, type TakenPayment, type TestPlatform, takePayment } from "@payhub/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listEvents } from "../event/list.ts";
import { expirePayments } from "./expire.ts";
import { finishAttempt } from "./finish.ts";
import { getPayment } from "./get.ts";
import { syncAttempt } from "./sync.ts";

const CHANNELS = ["wechatpay", "alipay"] as const;
const HOUR_MS = 60 * 60_000;
// Channels are told the expiry in whole seconds.
const LAST_SECOND_MS = 1_000;

describeBackends("expiry", (backend) => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await openPlatform(backend, { settings: { channelDeadlineMs: 1_000 } });
    for (const channel of CHANNELS) {
      platform.simulator.faults.callback({ channel, times: Number.POSITIVE_INFINITY, fault: "lost" });
    }
  });
  afterAll(async () => {
    await platform.close();
  });

  const story = ({ payment }: TakenPayment) =>
    getPayment(platform.ctx, platform.caller, { paymentNo: payment.paymentNo });
  const callsAbout = ({ attempt }: TakenPayment) =>
    platform.simulator
      .calls()
      .filter(({ outTradeNo }) => outTradeNo === attempt.attemptNo)
      .map(({ operation }) => operation);
  const sync = ({ attempt }: TakenPayment) => syncAttempt(platform.ctx, attempt.attemptNo);
  const eventsOf = async ({ payment }: TakenPayment) => {
    const { events } = await listEvents(platform.ctx, platform.caller, { after: 0, limit: 1_000 });
    return events.filter(({ paymentNo }) => paymentNo === payment.paymentNo).map(({ type }) => type);
  };
  function script({ attempt }: TakenPayment, operation: Operation, fault: Fault, times = 1): void {
    const channel = attempt.channel === "alipay" ? "alipay" : "wechatpay";
    const match = (outTradeNo: string) => outTradeNo === attempt.attemptNo;
    platform.simulator.faults.script({ channel, operation, match, times, fault });
  }
  const toExpiry = ({ attempt }: TakenPayment, offsetMs = 0) => platform.clock.set(attempt.expiresAt + offsetMs);

  it("asks, closes at WeChat Pay, asks again and closes here", async () => {
    const taken = await takePayment(platform);
    toExpiry(taken, -1);
    await sync(taken);
    expect(callsAbout(taken)).toEqual(["create", "query"]);
    toExpiry(taken);
    await sync(taken);
    expect(callsAbout(taken)).toEqual(["create", "query", "query", "close", "query"]);
    expect(await story(taken)).toMatchObject({
      payment: { status: "closed", closedAt: taken.attempt.expiresAt, lastSequence: 1 },
      attempt: { state: "closed", nextQueryAt: null },
    });
    expect(await eventsOf(taken)).toEqual(["payment.closed"]);
    expect(platform.simulator.ledger().find(({ outTradeNo }) => outTradeNo === taken.attempt.attemptNo)).toMatchObject({
      state: "closed",
    });
    expect(await platform.violations()).toEqual([]);
  });

  it("closes an Alipay order that was scanned and left at its expiry", async () => {
    const taken = await takePayment(platform, { channel: "alipay" });
    platform.simulator.payer.open(taken.codeUrl);
    toExpiry(taken);
    await sync(taken);
    expect((await story(taken)).payment.status).toBe("closed");
    expect(await eventsOf(taken)).toEqual(["payment.closed"]);
    expect(await platform.violations()).toEqual([]);
  });

  it("closes an Alipay order that nobody scanned only when its margin is over", async () => {
    const taken = await takePayment(platform, { channel: "alipay" });
    toExpiry(taken, EXPIRY_MARGIN_MS - 1);
    await sync(taken);
    expect(await story(taken)).toMatchObject({
      payment: { status: "created" },
      attempt: { state: "awaiting_payer", nextQueryAt: taken.attempt.expiresAt + EXPIRY_MARGIN_MS },
    });
    toExpiry(taken, EXPIRY_MARGIN_MS);
    await sync(taken);
    expect((await story(taken)).payment.status).toBe("closed");
    expect(await platform.violations()).toEqual([]);
  });

  describe.each(CHANNELS)("at %s", (channel) => {
    it("takes money that came in the last second", async () => {
      const taken = await takePayment(platform, { channel });
      toExpiry(taken, -LAST_SECOND_MS);
      platform.simulator.payer.pay(taken.codeUrl);
      toExpiry(taken);
      await sync(taken);
      expect((await story(taken)).payment).toMatchObject({ status: "succeeded", settledBy: taken.attempt.attemptNo });
      expect(callsAbout(taken)).not.toContain("close");
      expect(await platform.violations()).toEqual([]);
    });

    it("takes money that came between the question and the closing", async () => {
      const taken = await takePayment(platform, { channel });
      platform.simulator.payer.open(taken.codeUrl);
      toExpiry(taken, -LAST_SECOND_MS);
      const racing = paysBeforeClose(taken);
      // The business gave it up a moment before its expiry, while the payer typed the password.
      await platform.ctx.store.db
        .updateTable("payment")
        .set({ closeRequestedAt: platform.clock.now() })
        .where("paymentNo", "=", taken.payment.paymentNo)
        .execute();
      await syncAttempt(racing, taken.attempt.attemptNo);
      expect((await story(taken)).payment.status).toBe("succeeded");
      expect(await eventsOf(taken)).toEqual(["payment.succeeded"]);
      expect(await platform.violations()).toEqual([]);
    });

    it("closes nothing while the channel does not answer, tells after a while, and closes when it does", async () => {
      const taken = await takePayment(platform, { channel });
      platform.simulator.payer.open(taken.codeUrl);
      script(taken, "query", { kind: "drop", when: "before" }, Number.POSITIVE_INFINITY);
      toExpiry(taken);
      await sync(taken);
      expect(callsAbout(taken)).not.toContain("close");
      const told = platform.alerts.length;
      toExpiry(taken, HOUR_MS);
      await sync(taken);
      expect(platform.alerts.slice(told)).toMatchObject([
        { kind: "attempt_not_settled", facts: { attemptNo: taken.attempt.attemptNo } },
      ]);
      const { payment, attempt } = await story(taken);
      expect(payment.status).toBe("created");
      expect(attempt).toMatchObject({ state: "awaiting_payer", unknown: true });
      expect(attempt.nextQueryAt).toBeGreaterThan(platform.clock.now());
      platform.simulator.faults.clear();
      platform.simulator.faults.callback({ channel, times: Number.POSITIVE_INFINITY, fault: "lost" });
      await sync(taken);
      expect((await story(taken)).payment.status).toBe("closed");
      expect(await platform.violations()).toEqual([]);
    });

    it("closes nothing when the answer to the closing is lost and the second question too", async () => {
      const taken = await takePayment(platform, { channel });
      platform.simulator.payer.open(taken.codeUrl);
      toExpiry(taken, -LAST_SECOND_MS);
      await platform.ctx.store.db
        .updateTable("payment")
        .set({ closeRequestedAt: platform.clock.now() })
        .where("paymentNo", "=", taken.payment.paymentNo)
        .execute();
      script(taken, "close", { kind: "drop", when: "after" });
      script(taken, "query", { kind: "delay", ms: 0 });
      script(taken, "query", { kind: "drop", when: "before" });
      await sync(taken);
      expect((await story(taken)).payment.status).toBe("created");
      await sync(taken);
      expect((await story(taken)).payment.status).toBe("closed");
      expect(await platform.violations()).toEqual([]);
    });
  });

  it("fails a payment whose last attempt failed once it has expired", async () => {
    const taken = await takePayment(platform);
    await finishAttempt(platform.ctx, taken.attempt.attemptNo, { to: "failed", code: "PAYERROR", message: "no" });
    toExpiry(taken, -1);
    await expirePayments(platform.ctx, { limit: 10 });
    expect((await story(taken)).payment.status).toBe("created");
    toExpiry(taken);
    expect(await expirePayments(platform.ctx, { limit: 10 })).toBe(1);
    expect((await story(taken)).payment.status).toBe("failed");
    expect(await expirePayments(platform.ctx, { limit: 10 })).toBe(0);
    expect(await eventsOf(taken)).toEqual(["payment.failed"]);
    expect(await platform.violations()).toEqual([]);
  });

  it("leaves a payment alone that still has an attempt which could be paid", async () => {
    const taken = await takePayment(platform);
    toExpiry(taken, HOUR_MS);
    expect(await expirePayments(platform.ctx, { limit: 10 })).toBe(0);
    expect((await story(taken)).payment.status).toBe("created");
    await sync(taken);
    expect((await story(taken)).payment.status).toBe("closed");
    expect(await platform.violations()).toEqual([]);
  });

  it("ends once when several processes expire the same payment", async () => {
    const taken = await takePayment(platform);
    await finishAttempt(platform.ctx, taken.attempt.attemptNo, { to: "failed", code: "PAYERROR", message: "no" });
    toExpiry(taken);
    const other = platform.another({ store: await backend.openStore() });
    await Promise.all([platform.ctx, other, other].map((ctx) => expirePayments(ctx, { limit: 10 })));
    expect(await eventsOf(taken)).toEqual(["payment.failed"]);
    expect(await platform.violations()).toEqual([]);
  });

  /** A context whose payer pays just before the close reaches the channel. */
  function paysBeforeClose({ codeUrl }: TakenPayment) {
    const { connections } = platform.ctx;
    return platform.another({
      connections: {
        async of(accountNo) {
          const connected = await connections.of(accountNo);
          const { connection } = connected;
          const close: typeof connection.close = (request) => {
            platform.simulator.payer.pay(codeUrl);
            return connection.close(request);
          };
          return { ...connected, connection: { ...connection, close } };
        },
      },
    });
  }
});
