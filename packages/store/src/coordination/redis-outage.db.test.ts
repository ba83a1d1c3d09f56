import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type NetworkFault, networkFault, testServices } from "@payhub/testkit";
import { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Coordination } from "./coordination.ts";
import { openCoordination } from "./open.ts";

/** A numbered database of its own, so that it can be flushed beside other suites. */
const flushable = new URL(testServices().redisUrl);
flushable.pathname = "/15";

describe("Redis in trouble", () => {
  let fault: NetworkFault;
  let coordination: Coordination;
  let outages: string[];

  const begin = (key: string) => coordination.replays.begin(key, { value: "body", lockMs: 10_000 });

  async function elapsedMs(work: () => Promise<unknown>): Promise<number> {
    const startedAt = performance.now();
    await work();
    return performance.now() - startedAt;
  }

  async function recovered(): Promise<void> {
    for (let tries = 0; !(await coordination.healthy()); tries++) {
      if (tries === 100) throw new Error("Redis did not come back");
      await sleep(50);
    }
  }

  beforeEach(async () => {
    outages = [];
    fault = await networkFault(flushable.href);
    coordination = await openCoordination({
      url: fault.url,
      prefix: `test:${randomUUID()}:`,
      onOutage: (error) => outages.push(error.message),
    });
  });

  afterEach(async () => {
    await coordination.close();
    await fault.close();
  });

  test("a key that was flushed can be taken again, and the late holder still stores its answer", async () => {
    const key = randomUUID();
    const first = await begin(key);
    const redis = new Redis(flushable.href);
    await redis.flushdb();
    redis.disconnect();
    const second = await begin(key);
    expect([first.kind, second.kind]).toEqual(["acquired", "acquired"]);
    if (first.kind === "acquired") await coordination.replays.finish(key, first.token, { value: "a", keepMs: 10_000 });
    expect(await begin(key)).toEqual({ kind: "done", value: "a" });
  });

  test("a dead Redis costs nothing and is told once", async () => {
    fault.cut();
    await begin("first");
    const spent = await elapsedMs(async () => {
      for (let count = 0; count < 200; count++) expect(await begin(`key-${count}`)).toEqual({ kind: "unavailable" });
    });
    expect(spent).toBeLessThan(3_000);
    await sleep(600);
    expect(await coordination.healthy()).toBe(false);
    expect(outages).toHaveLength(1);
  });

  test("a hanging Redis costs one short wait, then nothing, then one probe at a time", async () => {
    await begin("warm");
    fault.hang();
    const first = await elapsedMs(() => begin("slow"));
    expect(first).toBeGreaterThan(250);
    expect(first).toBeLessThan(2_000);
    expect(await elapsedMs(() => begin("fast"))).toBeLessThan(250);
    await sleep(550);
    const probe = elapsedMs(() => begin("probe"));
    expect(await elapsedMs(() => begin("beside the probe"))).toBeLessThan(250);
    expect(await probe).toBeGreaterThan(250);
  });

  test("a key that hung on its way is free again when Redis comes back", async () => {
    fault.hang();
    expect(await begin("hung")).toEqual({ kind: "unavailable" });
    fault.heal();
    await recovered();
    expect((await begin("hung")).kind).toBe("acquired");
  });

  test("nonces and rates go on in memory, and a nonce of the outage stays used", async () => {
    fault.cut();
    const nonce = randomUUID();
    expect(await coordination.nonces.use(nonce, 60_000)).toBe(true);
    expect(await coordination.nonces.use(nonce, 60_000)).toBe(false);
    expect([await coordination.rates.hit("k", 10_000), await coordination.rates.hit("k", 10_000)]).toEqual([1, 2]);
    fault.heal();
    await recovered();
    expect(await coordination.nonces.use(nonce, 60_000)).toBe(false);
  });

  test("wake-ups stay inside the process, never throw, and everybody looks again when Redis is back", async () => {
    const listener = coordination.wakeUps.listen("topic");
    await listener.next(200);
    fault.cut();
    coordination.wakeUps.notify("topic");
    expect(await listener.next(0)).toBe(true);
    fault.heal();
    expect(await listener.next(5_000)).toBe(true);
    listener.close();
  });

  test("a Redis that is down at the start is no error and is found later", async () => {
    fault.cut();
    const late = await openCoordination({ url: fault.url, prefix: `test:${randomUUID()}:` });
    expect(await late.healthy()).toBe(false);
    fault.heal();
    await expect.poll(() => late.healthy(), { timeout: 15_000 }).toBe(true);
    await late.close();
  });
});

test("an address of another kind is refused", async () => {
  await expect(openCoordination({ url: "http://localhost" })).rejects.toThrow("memory:");
});
