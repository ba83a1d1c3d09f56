import { randomUUID } from "node:crypto";
import { describeBackends } from "@payhub/testkit";
import { expect, test } from "vitest";
import { holdLease, releaseLease } from "./job-lease.ts";

describeBackends("a job's lease", (backend) => {
  const hold = (job: string, holder: string, nowMs: number) =>
    holdLease(backend.store.db, { job, holder, leaseMs: 100, nowMs });

  test("is held by one, who may extend it, until it ends", async () => {
    const job = randomUUID();
    expect(await hold(job, "a", 1_000)).toBe(true);
    expect(await hold(job, "b", 1_050)).toBe(false);
    expect(await hold(job, "a", 1_050)).toBe(true);
    expect(await hold(job, "b", 1_149)).toBe(false);
    expect(await hold(job, "b", 1_150)).toBe(true);
    expect(await hold(job, "a", 1_151)).toBe(false);
  });

  test("can be given back by its holder only", async () => {
    const job = randomUUID();
    await hold(job, "a", 1_000);
    await releaseLease(backend.store.db, { job, holder: "b", nowMs: 1_001 });
    expect(await hold(job, "b", 1_001)).toBe(false);
    await releaseLease(backend.store.db, { job, holder: "a", nowMs: 1_001 });
    expect(await hold(job, "b", 1_001)).toBe(true);
  });

  test("goes to one of twenty that ask at once, when it is new and when it has ended", async () => {
    const job = randomUUID();
    const other = await backend.openStore();
    for (const nowMs of [1_000, 5_000]) {
      const held = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          holdLease(index % 2 ? other.db : backend.store.db, {
            job,
            holder: `h${nowMs}-${index}`,
            leaseMs: 100,
            nowMs,
          }),
        ),
      );
      expect(held.filter(Boolean)).toHaveLength(1);
    }
  });

  test("of one job says nothing of another", async () => {
    expect(await hold(randomUUID(), "a", 1_000)).toBe(true);
    expect(await hold(randomUUID(), "b", 1_000)).toBe(true);
  });
});
