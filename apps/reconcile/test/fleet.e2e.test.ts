import { setTimeout as sleep } from "node:timers/promises";
import type { Payment } from "@payhub/client";
import { type NetworkFault, networkFault, testServices } from "@payhub/testkit";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { codeUrlOf, type Fleet, type Member, openFleet, orderAt } from "./support/fleet.ts";
import { type Listener, listen } from "./support/listener.ts";
import { runsOf } from "./support/runs.ts";

let redis: NetworkFault;
let fleet: Fleet;
let apis: Member[];
let reconciles: Member[];
let listener: Listener;

beforeAll(async () => {
  redis = await networkFault(testServices().redisUrl);
  fleet = await openFleet({ redisUrl: redis.url });
  [apis, reconciles] = await Promise.all([
    Promise.all([fleet.api(), fleet.api()]),
    Promise.all([fleet.reconcile(), fleet.reconcile()]),
  ]);
  fleet.door.lead(apis.map(({ name }) => name));
  // Of the callbacks, some are lost, some come many times, some late or out of order.
  for (const channel of ["wechatpay", "alipay"] as const) {
    fleet.simulator.faults.callback({ channel, match: endsIn(/[0-4]$/), times: MANY, fault: "lost" });
    fleet.simulator.faults.callback({
      channel,
      match: endsIn(/[5-9]$/),
      times: MANY,
      fault: { kind: "duplicate", count: 5 },
    });
    fleet.simulator.faults.callback({ channel, match: endsIn(/[A-Ga-g]$/), times: MANY, fault: { kind: "reorder" } });
  }
  listener = listen(fleet.client);
});
afterAll(async () => {
  await listener?.stop();
  await fleet?.close();
  await redis?.close();
});

const MANY = Number.POSITIVE_INFINITY;
const endsIn = (pattern: RegExp) => (outTradeNo: string) => pattern.test(outTradeNo);

/** Takes payments of both channels, one every `everyMs`, and pays them; some payers think about it for longer than a step of the ladder. */
async function load({ count, everyMs }: { count: number; everyMs: number }): Promise<Payment[]> {
  const taken = Array.from({ length: count }, async (_, index) => {
    await sleep(index * everyMs);
    const payment = await fleet.client.payments.create.mutate(orderAt(fleet, index % 2 ? "alipay" : "wechatpay"));
    await sleep(index % 8 === 0 ? 7_000 : Math.random() * 500);
    fleet.simulator.payer.pay(codeUrlOf(payment));
    return payment;
  });
  return Promise.all(taken);
}

/** Every payment has its one event, each job was led by one process at a time, and the books are right. */
async function nothingIsLost(payments: readonly Payment[]): Promise<void> {
  for (const { paymentNo } of payments) {
    const events = await listener.heard(paymentNo, 30_000);
    expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(1);
    expect(events[0]).toMatchObject({ type: "payment.succeeded", sequence: 1 });
  }
  expect(await fleet.violations()).toEqual([]);
  for (const [job, runs] of runsOf(reconciles.map((member) => member.output()))) {
    // Who lost the lead is dead and does not come back, and its heir did not begin before.
    const changes = runs.filter(({ pid }, index) => pid !== runs[index - 1]?.pid);
    expect(new Set(changes.map(({ pid }) => pid)).size, job).toBe(changes.length);
    for (const [index, { startedAt }] of runs.entries()) {
      expect(startedAt, job).toBeGreaterThanOrEqual(runs[index - 1]?.endedAt ?? 0);
    }
  }
  expect(askedTooOften()).toEqual([]);
}

// The first step of the ladder is 5 s; a simulator under load hears of it a little late.
const STEP_MS = 4_000;

/** Attempts that were asked about twice within one step, those aside whose creation was repeated. */
function askedTooOften(): string[] {
  const often = new Set<string>();
  const askedAt = new Map<string, number>();
  const calls = fleet.simulator.calls();
  const created = Map.groupBy(
    calls.filter(({ operation }) => operation === "create"),
    ({ outTradeNo }) => outTradeNo,
  );
  for (const { operation, outTradeNo, at } of calls) {
    if (operation !== "query" || outTradeNo === undefined || created.get(outTradeNo)?.length !== 1) continue;
    if (at - (askedAt.get(outTradeNo) ?? 0) < STEP_MS) often.add(outTradeNo);
    askedAt.set(outTradeNo, at);
  }
  return [...often];
}

const leaderOf = async (job: string) => {
  const row = await fleet.ctx.store.db
    .selectFrom("job_lease")
    .select("holder")
    .where("job", "=", job)
    .executeTakeFirstOrThrow();
  return row.holder;
};

test("two of each take payments while Redis hangs, goes and comes back", async () => {
  const loading = load({ count: 60, everyMs: 100 });
  await sleep(1_000);
  redis.hang();
  await sleep(2_000);
  redis.cut();
  await sleep(1_500);
  redis.heal();
  await nothingIsLost(await loading);
});

test("killing an api and the leading reconcile loses nothing, and the other one leads within 15 s", async () => {
  const leader = await leaderOf("query-ladder");
  const heir = reconciles.find(({ name }) => name !== leader);
  const loading = load({ count: 100, everyMs: 60 });
  await sleep(2_000);
  const killedAt = performance.now();
  apis[0]?.child.kill("SIGKILL");
  reconciles.find(({ name }) => name === leader)?.child.kill("SIGKILL");
  await vi.waitUntil(async () => (await leaderOf("query-ladder")) === heir?.name, { timeout: 20_000, interval: 50 });
  // The lease of 15 s, the next tick of the clock, and a machine that has other things to do.
  expect(performance.now() - killedAt).toBeLessThan(18_000);
  await nothingIsLost(await loading);
});
