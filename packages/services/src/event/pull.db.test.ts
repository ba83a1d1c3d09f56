import { setImmediate } from "node:timers/promises";
import { insertEvents } from "@payhub/store";
import { describeBackends, openPlatform, type TakenPayment, type TestPlatform, takePayment } from "@payhub/testkit";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ServiceContext } from "../context.ts";
import { createApp, grantAccount } from "../merchant/create-app.ts";
import { syncAttempt } from "../payment/sync.ts";
import { ackEvents } from "./ack.ts";
import { listEvents } from "./list.ts";
import { paymentEvent } from "./of-move.ts";
import { pullEvents } from "./pull.ts";

const LEASE_MS = 30_000;

describeBackends("events", (backend) => {
  let platform: TestPlatform;
  let other: ServiceContext;
  beforeAll(async () => {
    platform = await openPlatform(backend);
    platform.simulator.faults.callback({ channel: "wechatpay", times: Number.POSITIVE_INFINITY, fault: "lost" });
    const coordination = await backend.openCoordination();
    other = platform.another({ store: await backend.openStore(), coordination });
  });
  // Each test begins with nothing left to deliver.
  beforeEach(async () => {
    platform.clock.advance(10 * LEASE_MS);
    await ack(await pull());
  });
  afterAll(async () => {
    await platform.close();
  });

  async function pull({ ctx = platform.ctx, limit = 100, caller = platform.caller, waitMs = 0 } = {}) {
    const input = { limit, waitMs, leaseMs: LEASE_MS };
    return (await pullEvents(ctx, caller, input, AbortSignal.timeout(20_000))).events;
  }
  const ack = (events: readonly { eventId: string }[], caller = platform.caller) =>
    ackEvents(platform.ctx, caller, { eventIds: events.map(({ eventId }) => eventId) });
  async function succeed(count: number): Promise<TakenPayment[]> {
    const taken: TakenPayment[] = [];
    for (let i = 0; i < count; i++) taken.push(await takePayment(platform));
    for (const { codeUrl } of taken) platform.simulator.payer.pay(codeUrl);
    await Promise.all(taken.map(({ attempt }) => syncAttempt(platform.ctx, attempt.attemptNo)));
    return taken;
  }
  /** Gives a payment's order further events, as later facts about it will. */
  async function writeMore({ payment, attempt }: TakenPayment, sequences: readonly number[]): Promise<void> {
    for (const lastSequence of sequences) {
      const event = paymentEvent(platform.ctx, { payment: { ...payment, status: "succeeded", lastSequence }, attempt });
      await insertEvents(platform.ctx.store.db, [event]);
    }
  }
  const numbersOf = (events: readonly { paymentNo: string }[]) => events.map(({ paymentNo }) => paymentNo);

  describe("pull and ack", () => {
    it("hands out an event once, and again only when its lease is over", async () => {
      const [taken] = await succeed(1);
      const first = await pull();
      expect(numbersOf(first)).toEqual([taken?.payment.paymentNo]);
      platform.clock.advance(LEASE_MS - 1);
      expect(await pull()).toEqual([]);
      platform.clock.advance(1);
      expect(await pull()).toEqual(first);
      expect(await platform.violations()).toEqual([]);
    });

    it("never hands out an acknowledged event, and takes an acknowledgement twice or late", async () => {
      await succeed(2);
      const events = await pull();
      platform.clock.advance(2 * LEASE_MS);
      expect(await ack(events)).toEqual({ acknowledged: 2 });
      expect(await ack(events)).toEqual({ acknowledged: 0 });
      expect(await ack([{ eventId: "E0" }])).toEqual({ acknowledged: 0 });
      expect(await pull()).toEqual([]);
      expect(await platform.violations()).toEqual([]);
    });

    it("gives two processes that pull at once different events, and all of them", async () => {
      const taken = await succeed(12);
      const batches = await Promise.all(
        Array.from({ length: 6 }, (_, index) => pull({ ctx: index % 2 ? other : platform.ctx, limit: 3 })),
      );
      const numbers = numbersOf(batches.flat());
      expect(new Set(numbers).size).toBe(numbers.length);
      expect(numbers.toSorted()).toEqual(numbersOf(taken.map(({ payment }) => payment)).toSorted());
      expect(await platform.violations()).toEqual([]);
    });

    it("keeps a payment's events in order: none while an earlier one is out", async () => {
      const [first] = await succeed(1);
      const [second] = await succeed(1);
      if (!first || !second) throw new Error("no payments");
      await writeMore(first, [2, 3]);
      const batch = await pull({ limit: 1 });
      expect(batch).toMatchObject([{ paymentNo: first.payment.paymentNo, sequence: 1 }]);
      expect(await pull()).toMatchObject([{ paymentNo: second.payment.paymentNo, sequence: 1 }]);
      await ack(batch);
      expect(await pull()).toMatchObject([
        { paymentNo: first.payment.paymentNo, sequence: 2 },
        { paymentNo: first.payment.paymentNo, sequence: 3 },
      ]);
      await platform.ctx.store.db
        .deleteFrom("event")
        .where("paymentNo", "=", first.payment.paymentNo)
        .where("sequence", ">", 1)
        .execute();
    });

    it("lets no app see or acknowledge another's events", async () => {
      await succeed(1);
      const { app } = await createApp(platform.ctx, { name: "another shop" });
      const stranger = { appId: app.appId };
      await grantAccount(platform.ctx, { ...stranger, accountNo: platform.accounts.wechatpay.accountNo });
      expect(await pull({ caller: stranger })).toEqual([]);
      const own = await pull();
      expect(await ack(own, stranger)).toEqual({ acknowledged: 0 });
      expect((await listEvents(platform.ctx, stranger, { after: 0, limit: 10 })).events).toEqual([]);
      expect(await ack(own)).toEqual({ acknowledged: 1 });
    });

    it("wakes a waiting process within 200 ms of the payment", async () => {
      const delaysMs: number[] = [];
      // The best of three, because a busy machine may be late once; without the wake-up each would wait for the next look.
      for (let round = 0; round < 3; round++) {
        const taken = await takePayment(platform);
        platform.simulator.payer.pay(taken.codeUrl);
        const waiting = pull({ ctx: other, waitMs: 10_000 }).then((events) => ({ events, at: performance.now() }));
        await new Promise((resolve) => setTimeout(resolve, 100));
        await syncAttempt(platform.ctx, taken.attempt.attemptNo);
        const settledAt = performance.now();
        const { events, at } = await waiting;
        expect(numbersOf(events)).toEqual([taken.payment.paymentNo]);
        delaysMs.push(at - settledAt);
      }
      expect(Math.min(...delaysMs)).toBeLessThan(200);
      expect(await platform.violations()).toEqual([]);
    });

    it("waits as long as it was asked to and no longer, and stops when the caller goes", async () => {
      const began = performance.now();
      expect(await pull({ waitMs: 250 })).toEqual([]);
      expect(performance.now() - began).toBeGreaterThanOrEqual(245);
      const left = new AbortController();
      const input = { limit: 1, waitMs: 20_000, leaseMs: LEASE_MS };
      const waiting = pullEvents(platform.ctx, platform.caller, input, left.signal);
      left.abort();
      expect(await waiting).toEqual({ events: [], leasedUntil: null });
      expect(performance.now() - began).toBeLessThan(5_000);
    });
  });

  describe("list", () => {
    it("numbers the log without a gap, and a reader that follows its cursor misses nothing while others write", async () => {
      const { nextAfter: start } = await listEvents(platform.ctx, platform.caller, { after: 0, limit: 10_000 });
      const taken: TakenPayment[] = [];
      for (let i = 0; i < 20; i++) taken.push(await takePayment(platform));
      for (const { codeUrl } of taken) platform.simulator.payer.pay(codeUrl);
      let written = false;
      const deadline = performance.now() + 15_000;
      const reads = [platform.ctx, other].map(async (ctx) => {
        const seen: { position: number; paymentNo: string }[] = [];
        let after = start;
        for (let end = false; !end && performance.now() < deadline; ) {
          const isLast = written;
          const page = await listEvents(ctx, platform.caller, { after, limit: 3 });
          seen.push(...page.events);
          after = page.nextAfter;
          end = isLast && page.events.length === 0;
          await setImmediate();
        }
        return seen;
      });
      const writes = taken.map(({ attempt }, index) =>
        syncAttempt(index % 2 ? other : platform.ctx, attempt.attemptNo),
      );
      await Promise.all(writes).finally(() => {
        written = true;
      });
      for (const seen of await Promise.all(reads)) {
        expect(seen.map(({ position }) => position)).toEqual(
          Array.from({ length: 20 }, (_, index) => start + index + 1),
        );
        expect(numbersOf(seen).toSorted()).toEqual(numbersOf(taken.map(({ payment }) => payment)).toSorted());
      }
      expect(await platform.violations()).toEqual([]);
    });

    it("shows acknowledged events too, and stays where it is at the end", async () => {
      await succeed(1);
      await ack(await pull());
      const { events, nextAfter } = await listEvents(platform.ctx, platform.caller, { after: 0, limit: 1_000 });
      expect(events.at(-1)?.position).toBe(nextAfter);
      expect(await listEvents(platform.ctx, platform.caller, { after: nextAfter, limit: 10 })).toEqual({
        events: [],
        nextAfter,
      });
    });
  });
});
