import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addDays, boundsOfDay, businessDay } from "@payhub/domain";
import { type ReconcileContext, syncAttempt } from "@payhub/services";
import { openBillStore } from "@payhub/store";
import {
  describeBackends,
  type ManualClock,
  manualClock,
  openPlatform,
  type TestPlatform,
  takePayment,
} from "@payhub/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { JOBS } from "./jobs.ts";
import { runJob, type Tick } from "./run-job.ts";

const HOUR_MS = 60 * 60_000;
// The certificates of this test are valid from now on: the days that are reconciled are to come.
const FIRST = addDays(businessDay(Date.now()), 2);
const DAYS = [FIRST, addDays(FIRST, 1), addDays(FIRST, 2)];
const DAY_AFTER = addDays(FIRST, 3);

describeBackends("the job reconcile", (backend) => {
  let directory: string;
  let clock: ManualClock;
  let platform: TestPlatform;
  let ctx: ReconcileContext;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "payhub-bills-"));
    clock = manualClock(at(FIRST, 8));
    platform = await openPlatform(backend, { clock });
    ctx = { ...platform.ctx, bills: await openBillStore({ url: `file:${directory}`, clock }) };
    for (const day of DAYS) {
      clock.set(at(day, 10));
      const { attempt, codeUrl } = await takePayment(platform);
      platform.simulator.payer.pay(codeUrl);
      await platform.simulator.callbacks.idle();
      await syncAttempt(ctx, attempt.attemptNo);
    }
  });
  afterAll(async () => {
    await ctx?.bills.close();
    await platform?.close();
    await rm(directory, { recursive: true });
  });

  const at = (day: string, hour: number) => boundsOfDay(day).fromMs + hour * HOUR_MS;
  const { signal } = new AbortController();

  async function tick(holder: string): Promise<Tick> {
    const job = JOBS.find(({ name }) => name === "reconcile");
    if (!job) throw new Error("there is no such job");
    return runJob(ctx, job, { holder, signal });
  }

  const runs = () =>
    ctx.store.db
      .selectFrom("reconciliation_run")
      .select(["businessDay", "runState", "tryCount"])
      .where("accountNo", "=", platform.accounts.wechatpay.accountNo)
      .orderBy("id")
      .execute();

  const calls = () => platform.simulator.calls().filter(({ channel }) => channel === "wechatpay").length;

  test("does not begin a day before 10:30 of the next", async () => {
    clock.set(at(addDays(FIRST, 1), 10.49));
    await tick("a");
    expect((await runs()).filter((run) => run.businessDay >= FIRST)).toEqual([]);
  });

  test("catches up three missed days, the oldest first, once whoever ticks", async () => {
    clock.set(at(DAY_AFTER, 10.51));
    const ticks = await Promise.all([tick("a"), tick("b")]);
    expect(ticks.toSorted()).toEqual(["followed", "led"]);
    expect(await runs()).toEqual(DAYS.map((day) => ({ businessDay: day, runState: "done", tryCount: 1 })));
    const before = calls();
    await tick("b");
    expect(await runs()).toHaveLength(3);
    expect(calls()).toBe(before);
  });
});
