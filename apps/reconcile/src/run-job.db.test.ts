import { setTimeout as sleep } from "node:timers/promises";
import type { ServiceContext } from "@payhub/services";
import { holdLease } from "@payhub/store";
import { describeBackends, openPlatform, type TestPlatform } from "@payhub/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Job } from "./jobs.ts";
import { runJob } from "./run-job.ts";

const LEASE_MS = 600;
let jobs = 0;

const { signal } = new AbortController();

function job(run: Job<ServiceContext>["run"]): Job<ServiceContext> {
  return { name: `job-${++jobs}`, cron: "* * * * * *", leaseMs: LEASE_MS, run };
}

describeBackends("a job", (backend) => {
  let platform: TestPlatform;
  let here: ServiceContext;
  let there: ServiceContext;
  const logged: [Record<string, unknown>, string][] = [];

  beforeAll(async () => {
    platform = await openPlatform(backend);
    const clock = { now: () => Date.now() };
    const keep = (fields: Record<string, unknown>, message: string) => void logged.push([fields, message]);
    const log = { debug: keep, info: keep, warn: keep, error: keep };
    here = platform.another({ clock, log });
    there = platform.another({ clock, log, store: await backend.openStore() });
  });
  afterAll(() => platform.close());

  test("is led by one of two that tick at once", async () => {
    let runs = 0;
    const counting = job(async () => ++runs);
    const ticks = await Promise.all([
      runJob(here, counting, { holder: "a", signal }),
      runJob(there, counting, { holder: "b", signal }),
    ]);
    expect(ticks.toSorted()).toEqual(["followed", "led"]);
    expect(runs).toBe(1);
    expect(logged).toContainEqual([expect.objectContaining({ job: counting.name, found: 1 }), "job ran"]);
  });

  test("stays with its leader while it runs longer than its lease", async () => {
    const long = job(async () => {
      await sleep(LEASE_MS * 2.5);
      return 0;
    });
    const leading = runJob(here, long, { holder: "a", signal });
    await sleep(LEASE_MS / 4);
    let tries = 0;
    const trying = (async () => {
      for (const until = performance.now() + LEASE_MS * 2; performance.now() < until; tries++) {
        expect(await runJob(there, long, { holder: "b", signal })).toBe("followed");
        await sleep(LEASE_MS / 10);
      }
    })();
    await trying;
    expect(tries).toBeGreaterThan(5);
    expect(await leading).toBe("led");
  });

  test("is taken over when its leader has fallen silent, and not before", async () => {
    const silent = job(async () => 0);
    const { db } = here.store;
    const leasedAt = Date.now();
    await holdLease(db, { job: silent.name, holder: "dead", leaseMs: LEASE_MS, nowMs: leasedAt });
    while ((await runJob(there, silent, { holder: "heir", signal })) === "followed") await sleep(20);
    expect(Date.now() - leasedAt).toBeGreaterThanOrEqual(LEASE_MS);
    // The lease, a look every 20 ms, and whatever a busy machine adds.
    expect(Date.now() - leasedAt).toBeLessThan(LEASE_MS + 5_000);
  });

  test("that fails is told to the clock, is renewed no more and runs again", async () => {
    let runs = 0;
    const failing = job(async () => {
      if (++runs === 1) throw new Error("the first run fails");
      return 0;
    });
    await expect(runJob(here, failing, { holder: "a", signal })).rejects.toThrow("the first run fails");
    await sleep(LEASE_MS * 1.5);
    expect(await runJob(there, failing, { holder: "b", signal })).toBe("led");
    expect(runs).toBe(2);
  });

  test("whose lead was lost while it ran says so", async () => {
    const stolen = job(async ({ store, clock }) => {
      await holdLease(store.db, {
        job: stolen.name,
        holder: "thief",
        leaseMs: 60_000,
        nowMs: clock.now() + LEASE_MS * 2,
      });
      await sleep(LEASE_MS);
      return 0;
    });
    expect(await runJob(here, stolen, { holder: "a", signal })).toBe("led");
    expect(logged).toContainEqual([{ job: stolen.name }, "the lead of a running job was lost"]);
  });
});
