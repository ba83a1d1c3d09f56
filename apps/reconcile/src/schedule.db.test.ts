import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { ServiceContext } from "@payhub/services";
import { describeBackends, openPlatform, type TestPlatform } from "@payhub/testkit";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Job } from "./jobs.ts";
import { startSchedule } from "./schedule.ts";

let jobs = 0;

function everySecond(run: Job<ServiceContext>["run"]): Job<ServiceContext> {
  return { name: `scheduled-${++jobs}`, cron: "* * * * * *", leaseMs: 15_000, run };
}

describeBackends("the schedule", (backend) => {
  let platform: TestPlatform;
  let ctx: ServiceContext;
  const errors: Record<string, unknown>[] = [];

  beforeAll(async () => {
    platform = await openPlatform(backend);
    const { log } = platform.ctx;
    const error = (fields: Record<string, unknown>) => void errors.push(fields);
    ctx = platform.another({ clock: { now: () => Date.now() }, log: { ...log, error } });
  });
  afterAll(() => platform.close());

  const leaseOf = ({ name }: Job<ServiceContext>) =>
    ctx.store.db.selectFrom("job_lease").selectAll().where("job", "=", name).executeTakeFirst();

  test("runs a failing job again at its next time, and the others beside it", async () => {
    let failures = 0;
    let runs = 0;
    const failing = everySecond(async () => {
      failures++;
      throw new Error("it fails each time");
    });
    const fine = everySecond(async () => ++runs);
    const schedule = startSchedule(ctx, [failing, fine]);
    await vi.waitUntil(() => failures >= 2 && runs >= 2, { timeout: 15_000 });
    expect(await schedule.stop(1_000)).toBe(true);
    expect(errors).toContainEqual({ job: failing.name, err: new Error("it fails each time") });
  });

  test("does not start a run while the one before goes on, and waits for it when it stops", async () => {
    let started = 0;
    let ended = 0;
    const slow = everySecond(async () => {
      started++;
      await sleep(2_500);
      return ++ended;
    });
    const schedule = startSchedule(ctx, [slow]);
    await vi.waitUntil(() => started === 1, { timeout: 15_000 });
    await sleep(1_500);
    expect(started).toBe(1);
    expect(await schedule.stop(5_000)).toBe(true);
    expect({ started, ended }).toEqual({ started: 1, ended: 1 });
    await sleep(1_100);
    expect(started).toBe(1);
  });

  test("tells a run that goes on to stop, and not before", async () => {
    const signals: AbortSignal[] = [];
    const patient = everySecond(async (_ctx, { signal }) => {
      signals.push(signal);
      await once(signal, "abort");
      return 0;
    });
    const schedule = startSchedule(ctx, [patient]);
    await vi.waitUntil(() => signals.length === 1, { timeout: 15_000 });
    expect(signals[0]?.aborted).toBe(false);
    expect(await schedule.stop(5_000)).toBe(true);
  });

  test("gives its leads back when it stops, also when the grace was not enough", async () => {
    let release: () => void = () => {};
    const endless = everySecond(async () => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return 0;
    });
    const schedule = startSchedule(ctx, [endless]);
    await vi.waitUntil(async () => (await leaseOf(endless))?.holder === schedule.holder, { timeout: 15_000 });
    const before = performance.now();
    expect(await schedule.stop(300)).toBe(false);
    expect(performance.now() - before).toBeLessThan(2_000);
    expect(await leaseOf(endless)).toMatchObject({ holder: schedule.holder, leasedUntil: 0 });
    release();
  });

  test("names its holder after this process, and no two alike", async () => {
    const [one, two] = [startSchedule(ctx, []), startSchedule(ctx, [])];
    expect(one.holder).not.toBe(two.holder);
    for (const { holder } of [one, two]) {
      expect(holder).toMatch(new RegExp(`-${process.pid}-[0-9a-f]{12}$`));
      expect(holder.length).toBeLessThanOrEqual(32);
    }
    await Promise.all([one.stop(0), two.stop(0)]);
  });
});
