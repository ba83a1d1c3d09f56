import { addDays, type ReconciliationRun } from "@payhub/domain";
import { isLeased } from "@payhub/store";
import { type ManualClock, manualClock } from "@payhub/testkit";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { DAY, hourOfDay, payMany } from "./support/busy-day.ts";
import { CHANNELS, type Channel, type Fleet, type Member, openFleet } from "./support/fleet.ts";

const until = { timeout: 60_000, interval: 200 };
const HELD_MS = 8_000;

/** A fleet in a time of its own, without processes. */
interface Stage {
  fleet: Fleet;
  clock: ManualClock;
}

async function openStage(closeLater: typeof onTestFinished): Promise<Stage> {
  const clock = manualClock(hourOfDay(8));
  const fleet = await openFleet({ clock });
  closeLater(() => fleet.close());
  return { fleet, clock };
}

/** Takes and pays a payment at each channel, at ten of the day so many days after {@link DAY}. */
async function trade({ fleet, clock }: Stage, { days = 0 } = {}): Promise<void> {
  clock.set(hourOfDay(24 * days + 10));
  for (const channel of CHANNELS) await payMany(fleet, { channel, count: 1, isHeard: true });
}

const runs = ({ ctx, accounts }: Fleet, channel: Channel): Promise<ReconciliationRun[]> =>
  ctx.store.db
    .selectFrom("reconciliation_run")
    .selectAll()
    .where("accountNo", "=", accounts[channel])
    .orderBy("id")
    .execute();

async function runOf(fleet: Fleet, channel: Channel): Promise<ReconciliationRun | undefined> {
  const [run, ...more] = await runs(fleet, channel);
  expect(more).toEqual([]);
  return run;
}

type Expected = Pick<ReconciliationRun, "runState" | "tryCount">;

/** Waits until the channel's one run is in a state after so many tries. */
async function waitForRun(fleet: Fleet, channel: Channel, { runState, tryCount }: Expected): Promise<void> {
  const isThere = async () => {
    const run = await runOf(fleet, channel);
    return run?.runState === runState && run.tryCount === tryCount;
  };
  await vi.waitUntil(isThere, until);
}

const fetches = ({ simulator }: Fleet, channel: Channel) =>
  simulator.calls().filter((call) => call.channel === channel && call.operation === "bill").length;

/** Makes the next download of a bill take long, so that a test can act meanwhile. */
function holdDownload({ simulator }: Fleet): void {
  const fault = { kind: "delay", ms: HELD_MS } as const;
  simulator.faults.script({ channel: "wechatpay", operation: "bill_download", fault });
}

const isFetching = (fleet: Fleet) => vi.waitUntil(() => fetches(fleet, "wechatpay") === 1, until);

async function stop({ child, exited }: Member): Promise<void> {
  child.kill("SIGTERM");
  expect(await exited).toBe(0);
}

test("three processes do one run of a day, and whoever asks by hand meanwhile hears that it is busy", async () => {
  const stage = await openStage(onTestFinished);
  const { fleet, clock } = stage;
  await trade(stage);
  clock.set(hourOfDay(34.6));
  holdDownload(fleet);
  const members = await Promise.all([fleet.reconcile(), fleet.reconcile(), fleet.reconcile()]);
  await isFetching(fleet);
  const command = fleet.command(["--date", DAY, "--account", fleet.accounts.wechatpay]);
  expect(await command.exited).toBe(0);
  expect(command.output()).toContain("another process is at it; waiting for what comes of it");
  for (const channel of CHANNELS) await waitForRun(fleet, channel, { runState: "done", tryCount: 1 });
  await Promise.all(members.map(stop));
  for (const channel of CHANNELS) {
    expect(await runOf(fleet, channel)).toMatchObject({ runState: "done", tryCount: 1, requestedBy: "payhub" });
    // The trade bill and the fund-flow bill.
    expect(fetches(fleet, channel)).toBe(2);
  }
  const { db } = fleet.ctx.store;
  const totals = await db.selectFrom("day_total").select(["accountNo", "matchedCount"]).orderBy("accountNo").execute();
  const accountNos = Object.values(fleet.accounts).toSorted();
  expect(totals).toEqual(accountNos.map((accountNo) => ({ accountNo, matchedCount: 1 })));
  expect(await db.selectFrom("difference").selectAll().execute()).toEqual([]);
});

describe.concurrent("across processes", () => {
  test("one that is told to stop leaves its day to another, which need not wait", async (context) => {
    const stage = await openStage(context.onTestFinished);
    const { fleet, clock } = stage;
    await trade(stage);
    clock.set(hourOfDay(34.6));
    holdDownload(fleet);
    const first = await fleet.reconcile();
    await isFetching(fleet);
    await stop(first);
    const stopped = await runOf(fleet, "wechatpay");
    expect(stopped).toMatchObject({ runState: "running", stage: "download", tryCount: 1 });
    const job = `reconcile:${fleet.accounts.wechatpay}:${DAY}`;
    expect(await isLeased(fleet.ctx.store.db, { job, nowMs: clock.now() })).toBe(false);
    const second = await fleet.reconcile();
    await waitForRun(fleet, "wechatpay", { runState: "done", tryCount: 2 });
    await stop(second);
    expect(first.output() + second.output()).not.toContain('"level":"error"');
  });

  test.for([
    { end: "killed", signal: "SIGKILL", exit: "SIGKILL" },
    { end: "cut off at the end of its grace", signal: "SIGTERM", exit: 1 },
  ] as const)("the day of one that was $end is taken up by the clock", async ({ signal, exit }, context) => {
    const stage = await openStage(context.onTestFinished);
    const { fleet, clock } = stage;
    await trade(stage);
    clock.set(hourOfDay(34.6));
    holdDownload(fleet);
    const first = await fleet.reconcile({ PAYHUB_SHUTDOWN_GRACE_MS: "500" });
    await isFetching(fleet);
    first.child.kill(signal);
    expect(await first.exited).toBe(exit);
    const left = await runOf(fleet, "wechatpay");
    expect(left).toMatchObject({ runState: "running", stage: "download", tryCount: 1 });
    // The lease of a dead process outlives it.
    clock.advance(60_000);
    const second = await fleet.reconcile();
    await waitForRun(fleet, "wechatpay", { runState: "done", tryCount: 2 });
    await stop(second);
    expect(await runOf(fleet, "wechatpay")).toMatchObject({ failure: null, nextTryAt: null });
  });

  test("a bill that is not there at noon is told of once, and its day is done when it comes", async (context) => {
    const stage = await openStage(context.onTestFinished);
    const { fleet, clock } = stage;
    await trade(stage);
    const bill = { channel: "wechatpay", billKind: "trade", businessDay: DAY } as const;
    fleet.simulator.bills.spoil({ ...bill, spoil: { kind: "not_ready", times: 1_000 } });
    const members: Member[] = [];
    const tellings = () =>
      members
        .flatMap((member) => member.output().split("\n"))
        .filter((line) => line.includes('"alert":"bill_missing"') && line.includes(fleet.accounts.wechatpay)).length;
    const told: number[] = [];
    for (const [index, hour] of [34.6, 36.1, 36.7].entries()) {
      clock.set(hourOfDay(hour));
      const member = await fleet.reconcile();
      members.push(member);
      await waitForRun(fleet, "wechatpay", { runState: "waiting", tryCount: index + 1 });
      await stop(member);
      told.push(tellings());
    }
    expect(told).toEqual([0, 1, 1]);
    fleet.simulator.bills.reissue(bill);
    clock.set(hourOfDay(37.3));
    members.push(...(await Promise.all([fleet.reconcile(), fleet.reconcile()])));
    await waitForRun(fleet, "wechatpay", { runState: "done", tryCount: 4 });
    await Promise.all(members.slice(-2).map(stop));
    expect(tellings()).toBe(1);
    expect(await runOf(fleet, "wechatpay")).toMatchObject({ failure: null, nextTryAt: null, tryCount: 4 });
  });

  test("after an outage of three days every day is done once, the oldest first", async (context) => {
    const stage = await openStage(context.onTestFinished);
    const { fleet, clock } = stage;
    for (const days of [0, 1, 2]) await trade(stage, { days });
    clock.set(hourOfDay(24 * 2 + 34.6));
    const members = await Promise.all([fleet.reconcile(), fleet.reconcile()]);
    const isDone = async (channel: Channel) =>
      (await runs(fleet, channel)).filter(({ runState }) => runState === "done").length === 3;
    for (const channel of CHANNELS) await vi.waitUntil(() => isDone(channel), until);
    await Promise.all(members.map(stop));
    for (const channel of CHANNELS) {
      const done = await runs(fleet, channel);
      const inOrder = done.toSorted((one, other) => (one.finishedAt ?? 0) - (other.finishedAt ?? 0));
      expect(inOrder.map(({ businessDay, tryCount }) => ({ businessDay, tryCount }))).toEqual(
        [0, 1, 2].map((days) => ({ businessDay: addDays(DAY, days), tryCount: 1 })),
      );
      expect(fetches(fleet, channel)).toBe(6);
    }
  });
});
