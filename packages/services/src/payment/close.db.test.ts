import type { Fault, Operation } from "@payhub/simulator";
import { describeBackends, openPlatform, type TakenPayment, type TestPlatform, takePayment } from "@payhub/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ServiceContext } from "../context.ts";
import { listEvents } from "../event/list.ts";
import { closePayment } from "./close.ts";
import { createPayment } from "./create.ts";
import { expirePayments } from "./expire.ts";
import { finishAttempt } from "./finish.ts";
import { getPayment } from "./get.ts";
import { syncAttempt, syncDueAttempts } from "./sync.ts";

const CHANNELS = ["wechatpay", "alipay"] as const;

describeBackends("closePayment", (backend) => {
  let platform: TestPlatform;
  let keys = 0;
  beforeAll(async () => {
    platform = await openPlatform(backend, { initiationGapMs: 0 });
    for (const channel of CHANNELS) {
      platform.simulator.faults.callback({ channel, times: Number.POSITIVE_INFINITY, fault: "lost" });
    }
  });
  afterAll(async () => {
    await platform.close();
  });

  const close = ({ payment }: Pick<TakenPayment, "payment">, { ctx = platform.ctx, key = `close-${++keys}` } = {}) =>
    closePayment(ctx, platform.caller, { paymentNo: payment.paymentNo, idempotencyKey: key });
  const story = ({ payment }: TakenPayment) =>
    getPayment(platform.ctx, platform.caller, { paymentNo: payment.paymentNo });
  const eventsOf = async ({ payment }: TakenPayment) => {
    const { events } = await listEvents(platform.ctx, platform.caller, { after: 0, limit: 1_000 });
    return events.filter(({ paymentNo }) => paymentNo === payment.paymentNo).map(({ type }) => type);
  };
  const callsAbout = ({ attempt }: TakenPayment) =>
    platform.simulator.calls().filter(({ outTradeNo }) => outTradeNo === attempt.attemptNo).length;
  function script({ attempt }: TakenPayment, operation: Operation, fault: Fault): void {
    const match = (outTradeNo: string) => outTradeNo === attempt.attemptNo;
    platform.simulator.faults.script({ channel: "wechatpay", operation, match, fault });
  }

  it("closes at WeChat Pay and here, with one event", async () => {
    const taken = await takePayment(platform);
    const closed = await close(taken);
    expect(closed).toMatchObject({ replayed: false, payment: { status: "closed" }, attempt: { state: "closed" } });
    expect(() => platform.simulator.payer.pay(taken.codeUrl)).toThrow("closed");
    expect(await eventsOf(taken)).toEqual(["payment.closed"]);
    expect(await platform.violations()).toEqual([]);
  });

  it("closes a scanned Alipay order at once", async () => {
    const taken = await takePayment(platform, { channel: "alipay" });
    platform.simulator.payer.open(taken.codeUrl);
    expect((await close(taken)).payment.status).toBe("closed");
    expect(await platform.violations()).toEqual([]);
  });

  it("keeps asking for an Alipay order that nobody scanned yet, and closes it when somebody did", async () => {
    const taken = await takePayment(platform, { channel: "alipay" });
    expect((await close(taken)).payment).toMatchObject({
      status: "created",
      closeRequestedAt: platform.clock.now(),
    });
    const order = platform.order({ orderNo: taken.payment.orderNo });
    await expect(createPayment(platform.ctx, platform.caller, order)).rejects.toMatchObject({ code: "ALREADY_CLOSED" });
    platform.simulator.payer.open(taken.codeUrl);
    await syncDueAttempts(platform.ctx, { limit: 100, concurrency: 2 });
    expect((await story(taken)).payment.status).toBe("closed");
    expect(await eventsOf(taken)).toEqual(["payment.closed"]);
    expect(await platform.violations()).toEqual([]);
  });

  it("takes the money of an order that was paid while it was being closed", async () => {
    const taken = await takePayment(platform, { channel: "alipay" });
    await close(taken);
    platform.simulator.payer.pay(taken.codeUrl);
    await syncAttempt(platform.ctx, taken.attempt.attemptNo);
    expect((await story(taken)).payment.status).toBe("succeeded");
    expect(await eventsOf(taken)).toEqual(["payment.succeeded"]);
    expect(await platform.violations()).toEqual([]);
  });

  it.each(CHANNELS)("refuses what was paid at %s a moment before, and settles it", async (channel) => {
    const taken = await takePayment(platform, { channel });
    platform.simulator.payer.pay(taken.codeUrl);
    const refusal = { code: "ALREADY_PAID", details: { paymentNo: taken.payment.paymentNo } };
    await expect(close(taken, { key: `paid-${channel}` })).rejects.toMatchObject(refusal);
    expect((await story(taken)).payment.status).toBe("succeeded");
    await expect(close(taken, { key: `paid-${channel}` })).rejects.toMatchObject({
      code: "ALREADY_PAID",
      details: { replayed: true },
    });
    expect(await eventsOf(taken)).toEqual(["payment.succeeded"]);
    expect(await platform.violations()).toEqual([]);
  });

  it("answers a repeat from the stored answer and another close from the books; the channel hears of neither", async () => {
    const taken = await takePayment(platform);
    const first = await close(taken, { key: "repeated" });
    const calls = callsAbout(taken);
    expect(await close(taken, { key: "repeated" })).toEqual({ ...first, replayed: true });
    expect((await close(taken)).payment.status).toBe("closed");
    expect(callsAbout(taken)).toBe(calls);
    expect(await eventsOf(taken)).toEqual(["payment.closed"]);
    expect(await platform.violations()).toEqual([]);
  });

  it("closes once when ten callers close at the same moment", async () => {
    const taken = await takePayment(platform);
    const other = platform.another({ store: await backend.openStore() });
    await Promise.all(
      Array.from({ length: 10 }, (_, index) => close(taken, { ctx: index % 2 ? other : platform.ctx })),
    );
    await syncDueAttempts(platform.ctx, { limit: 100, concurrency: 2 });
    expect((await story(taken)).payment.status).toBe("closed");
    expect(await eventsOf(taken)).toEqual(["payment.closed"]);
    expect(await platform.violations()).toEqual([]);
  });

  describe("when the channel cannot say", () => {
    const faults: { what: string; operation: Operation; fault: Fault }[] = [
      { what: "does not hear the question", operation: "query", fault: { kind: "drop", when: "before" } },
      { what: "closes and its answer is lost", operation: "close", fault: { kind: "drop", when: "after" } },
      { what: "does not hear the closing", operation: "close", fault: { kind: "drop", when: "before" } },
      { what: "answers the closing with 500", operation: "close", fault: { kind: "status", status: 500 } },
    ];
    it.each(faults)("a channel that $what leaves nothing half-done", async ({ operation, fault }) => {
      const taken = await takePayment(platform);
      script(taken, operation, fault);
      await close(taken);
      await syncDueAttempts(platform.ctx, { limit: 100, concurrency: 2 });
      expect((await story(taken)).payment.status).toBe("closed");
      expect(await eventsOf(taken)).toEqual(["payment.closed"]);
      expect(await platform.violations()).toEqual([]);
    });
  });

  it("is finished by the ladder when its process died in the middle", async () => {
    const taken = await takePayment(platform);
    const { connections } = platform.ctx;
    const dying: ServiceContext = platform.another({
      connections: {
        async of(accountNo) {
          const connected = await connections.of(accountNo);
          const died = () => Promise.reject(new Error("killed"));
          return { ...connected, connection: { ...connected.connection, close: died } };
        },
      },
    });
    await expect(close(taken, { ctx: dying })).rejects.toThrow("killed");
    expect((await story(taken)).payment).toMatchObject({ status: "created", closeRequestedAt: platform.clock.now() });
    platform.clock.advance(60_000);
    await syncDueAttempts(platform.ctx, { limit: 100, concurrency: 2 });
    expect((await story(taken)).payment.status).toBe("closed");
    expect(await platform.violations()).toEqual([]);
  });

  it("closes a payment whose attempts have all ended already", async () => {
    const taken = await takePayment(platform);
    await finishAttempt(platform.ctx, taken.attempt.attemptNo, { to: "failed", code: "PAYERROR", message: "no" });
    expect((await close(taken)).payment.status).toBe("closed");
    expect(await expirePayments(platform.ctx, { limit: 10 })).toBe(0);
    expect(await eventsOf(taken)).toEqual(["payment.closed"]);
    expect(await platform.violations()).toEqual([]);
  });

  it("knows no payment of another app", async () => {
    const taken = await takePayment(platform);
    const input = { paymentNo: taken.payment.paymentNo, idempotencyKey: "stranger" };
    await expect(closePayment(platform.ctx, { appId: "APP0" }, input)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(getPayment(platform.ctx, { appId: "APP0" }, input)).rejects.toMatchObject({ code: "NOT_FOUND" });
    const orderNo = taken.payment.orderNo;
    await expect(getPayment(platform.ctx, { appId: "APP0" }, { orderNo })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect((await story(taken)).payment.status).toBe("created");
  });
});
