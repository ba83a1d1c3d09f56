import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Fired } from "./load/fire.ts";
import type { BenchName } from "./options.ts";
import { cpuUs } from "./process/cpu.ts";
import type { RoundResult } from "./report.ts";
import type { SeededOrder } from "./seeded-order.ts";
import type { Stage } from "./stage.ts";
import type { Target } from "./target.ts";

const APPLY_TIMEOUT_MS = 120_000;
const POLL_MS = 10;

/** What is run. */
export interface Plan {
  bench: BenchName;
  clients: number;
  seconds: number;
  /** Requests that are made ready. */
  count: number;
}

/** Makes the requests of a round ready, with the orders that they are about; both programs then get the same. */
export async function prepareRound(stage: Stage, { bench, count }: Plan): Promise<SeededOrder[]> {
  const { load, shop, party, targets } = stage;
  if (bench === "create") {
    await load.ask("prepareCreates", { shop, count });
    return [];
  }
  const orders = Array.from({ length: count }, () => ({
    attemptNo: `T${randomBytes(15).toString("hex")}`,
    channelTradeNo: `42${randomBytes(13).toString("hex")}`,
    amount: 1288,
  }));
  for (const target of targets) await target.seed(orders);
  await load.ask("prepareCallbacks", { party, accountNo: shop.accountNo, orders });
  return orders;
}

/** Lets the load on one program, waits for the effects, and checks that there is exactly one for each call. */
export async function runRound(
  stage: Stage,
  target: Target,
  { bench, clients, seconds }: Plan,
): Promise<Omit<RoundResult, "round">> {
  const pids = { program: target.pid, ...stage.pids };
  const before = {
    effect: await target.lastEffect(bench),
    placed: await stage.stub.ask("placed", undefined),
    traffic: await stage.traffic(),
    cpu: cpuOf(pids),
  };
  const fired = await stage.load.ask("fire", { url: target.url, clients, seconds });
  if (fired.failed > 0)
    throw new Error(`${target.name}: ${fired.failed} calls failed, first with ${fired.firstFailure}`);
  const countEffects = () => target.countEffects(bench, before.effect);
  const appliedAt = bench === "create" ? fired.endedAt : await waitUntilApplied(target, countEffects, fired);
  await target.quiet();
  const cpu = cpuOf(pids);
  const traffic = await stage.traffic();
  assertCount(`${target.name}: effects`, await countEffects(), fired.sent);
  const placed = (await stage.stub.ask("placed", undefined)) - before.placed;
  assertCount(`${target.name}: orders at the channel`, placed, bench === "create" ? fired.sent : 0);
  return {
    target: target.name,
    calls: fired.sent,
    acknowledgedPerSecond: (fired.sent * 1_000) / (fired.endedAt - fired.startedAt),
    appliedPerSecond: (fired.sent * 1_000) / (appliedAt - fired.startedAt),
    p50Ms: fired.p50Ms,
    p99Ms: fired.p99Ms,
    sqlPerCall: (traffic.sql - before.traffic.sql) / fired.sent,
    redisPerCall: (traffic.redis - before.traffic.redis) / fired.sent,
    cpuUs: Object.fromEntries(
      Object.entries(cpu).map(([name, us]) => [name, (us - (before.cpu[name] ?? 0)) / fired.sent]),
    ),
  };
}

async function waitUntilApplied(target: Target, countEffects: () => Promise<number>, fired: Fired): Promise<number> {
  const until = performance.now() + APPLY_TIMEOUT_MS;
  while (performance.now() < until) {
    const askedAt = performance.timeOrigin + performance.now();
    if ((await countEffects()) >= fired.sent) return Math.max(askedAt, fired.endedAt);
    await sleep(POLL_MS);
  }
  throw new Error(`${target.name} acknowledged ${fired.sent} callbacks and did not apply all of them`);
}

function cpuOf(pids: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, cpuUs(pid) ?? 0]));
}

function assertCount(what: string, found: number, expected: number): void {
  if (found !== expected) throw new Error(`${what}: ${found}, and ${expected} were called for`);
}
