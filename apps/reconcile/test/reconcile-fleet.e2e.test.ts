import { addDays, type ReconciliationRun } from "@payhub/domain";
import { isLeased } from "@payhub/store";
import { type ManualClock, manualClock } from "@payhub/testkit";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DAY, hourOfDay, payMany } from "./support/busy-day.ts";
import { CHANNELS, type Channel, type Fleet, type Member, openFleet } from "./support/fleet.ts";

const until = { timeout: 60_000, interval: 100 };
const HELD_MS = 8_000;

let clock: ManualClock;
let fleet: Fleet;

beforeEach(async () => {
  clock = manualClock(hourOfDay(8));
  fleet = await openFleet({ clock });
});
afterEach(() => fleet?.close());

/** Takes and pays a payment at each channel, at ten of the day so many days after {@link DAY}. */
async function trade({ days = 0 } = {}): Promise<void> {
  clock.set(hourOfDay(24 * days + 10));
  for (const channel of CHANNELS) await payMany(fleet, { channel, count: 1, isHeard: true });
}

const runs = (channel: Channel): Promise<ReconciliationRun[]> =>
  fleet.ctx.store.db
    .selectFrom("reconciliation_run")
    .selectAll()
    .where("accountNo", "=", fleet.accounts[channel])
    .orderBy("id")
    .execute();

async function runOf(channel: Channel): Promise<ReconciliationRun | undefined> {
  const [run, ...more] = await runs(channel);
  expect(more).toEqual([]);
  return run;
}

/** Waits until the channel's run of the day is in a state after so many tries. */
async function waitForRun(channel: Channel, runState: ReconciliationRun["runState"], tryCount: number): Promise<void> {
  const isThere = async () => {
    const run = await runOf(channel);
    return run?.runState === runState && run.tryCount === tryCount;
  };
  await vi.waitUntil(isThere, until);
}

const fetches = (channel: Channel) =>
  fleet.simulator.calls().filter((call) => call.channel === channel && call.operation === "bill").length;

/** Makes the next download take long, so that a test can act meanwhile. */
function holdDownload(): void {
  const fault = { kind: "delay", ms: HELD_MS } as const;
  fleet.simulator.faults.script({ channel: "wechatpay", operation: "bill_download", fault });
}

async function stop({ child, exited }: Member): Promise<void> {
  child.kill("SIGTERM");
  expect(await exited).toBe(0);
}

const alertsOf = (members: readonly Member[], kind: string) =>
  members
    .flatMap((member) => member.output().split("\n"))
    .filter((line) => line.includes(`"alert":"${kind}"`) && line.includes(fleet.accounts.wechatpay));

test("three processes do one run of a day, and whoever asks by hand meanwhile hears that it is busy", async () => {
  await trade();
  clock.set(hourOfDay(34.6));
  holdDownload();
  const members = await Promise.all([fleet.reconcile(), fleet.reconcile(), fleet.reconcile()]);
  await vi.waitUntil(() => fetches("wechatpay") === 1, until);
  const command = fleet.command(["--date", DAY, "--account", fleet.accounts.wechatpay]);
  expect(await command.exited).toBe(0);
  expect(command.output()).toContain("another process is at it; waiting for what comes of it");
  for (const channel of CHANNELS) await waitForRun(channel, "done", 1);
  await Promise.all(members.map(stop));
  for (const channel of CHANNELS) {
    expect(await runOf(channel)).toMatchObject({ runState: "done", tryCount: 1, requestedBy: "payhub" });
    // The trade bill and the fund-flow bill.
    expect(fetches(channel)).toBe(2);
  }
  const totals = await fleet.ctx.store.db.selectFrom("day_total").select(["accountNo", "matchedCount"]).execute();
  expect(totals.toSorted((one, other) => (one.accountNo < other.accountNo ? -1 : 1))).toEqual(
    Object.values(fleet.accounts)
      .toSorted()
      .map((accountNo) => ({ accountNo, matchedCount: 1 })),
  );
  expect(await fleet.ctx.store.db.selectFrom("difference").selectAll().execute()).toEqual([]);
});

test("a process that is told to stop leaves its day to another, which need not wait", async () => {
  await trade();
  clock.set(hourOfDay(34.6));
  holdDownload();
  const first = await fleet.reconcile();
  await vi.waitUntil(() => fetches("wechatpay") === 1, until);
  await stop(first);
  expect(await runOf("wechatpay")).toMatchObject({ runState: "running", stage: "download", tryCount: 1 });
  const job = `reconcile:${fleet.accounts.wechatpay}:${DAY}`;
  expect(await isLeased(fleet.ctx.store.db, { job, nowMs: clock.now() })).toBe(false);
  const second = await fleet.reconcile();
  await waitForRun("wechatpay", "done", 2);
  await stop(second);
  expect(first.output() + second.output()).not.toContain('"level":"error"');
});

test.each([
  { end: "killed", signal: "SIGKILL", exit: "SIGKILL" },
  { end: "cut off at the end of its grace", signal: "SIGTERM", exit: 1 },
] as const)("a day whose process was $end is taken up by the clock", async ({ signal, exit }) => {
  await trade();
  clock.set(hourOfDay(34.6));
  holdDownload();
  const first = await fleet.reconcile({ PAYHUB_SHUTDOWN_GRACE_MS: "500" });
  await vi.waitUntil(() => fetches("wechatpay") === 1, until);
  first.child.kill(signal);
  expect(await first.exited).toBe(exit);
  expect(await runOf("wechatpay")).toMatchObject({ runState: "running", stage: "download", tryCount: 1 });
  // The lease of a dead process outlives it.
  clock.advance(60_000);
  const second = await fleet.reconcile();
  await waitForRun("wechatpay", "done", 2);
  await stop(second);
  expect(await runOf("wechatpay")).toMatchObject({ failure: null, nextTryAt: null });
});

test("a bill that is not there at noon is told of once, whichever process asks, and reconciled when it comes", async () => {
  await trade();
  const bill = { channel: "wechatpay", billKind: "trade", businessDay: DAY } as const;
  fleet.simulator.bills.spoil({ ...bill, spoil: { kind: "not_ready", times: 1_000 } });
  const members: Member[] = [];
  const tellings: number[] = [];
  for (const [index, hour] of [34.6, 36.1, 36.7].entries()) {
    clock.set(hourOfDay(hour));
    const member = await fleet.reconcile();
    members.push(member);
    await waitForRun("wechatpay", "waiting", index + 1);
    await stop(member);
    tellings.push(alertsOf(members, "bill_missing").length);
  }
  expect(tellings).toEqual([0, 1, 1]);
  fleet.simulator.bills.reissue(bill);
  clock.set(hourOfDay(37.3));
  members.push(...(await Promise.all([fleet.reconcile(), fleet.reconcile()])));
  await waitForRun("wechatpay", "done", 4);
  await Promise.all(members.slice(-2).map(stop));
  expect(alertsOf(members, "bill_missing")).toHaveLength(1);
  expect(await runOf("wechatpay")).toMatchObject({ failure: null, nextTryAt: null, tryCount: 4 });
});

test("after an outage of three days every day is done once, the oldest first", async () => {
  for (const days of [0, 1, 2]) await trade({ days });
  clock.set(hourOfDay(24 * 2 + 34.6));
  const members = await Promise.all([fleet.reconcile(), fleet.reconcile()]);
  const isDone = async (channel: Channel) => (await runs(channel)).filter(({ runState }) => runState === "done");
  for (const channel of CHANNELS) await vi.waitUntil(async () => (await isDone(channel)).length === 3, until);
  await Promise.all(members.map(stop));
  for (const channel of CHANNELS) {
    const done = (await runs(channel)).toSorted((one, other) => (one.finishedAt ?? 0) - (other.finishedAt ?? 0));
    expect(done.map(({ businessDay, tryCount }) => ({ businessDay, tryCount }))).toEqual(
      [0, 1, 2].map((days) => ({ businessDay: addDays(DAY, days), tryCount: 1 })),
    );
    expect(fetches(channel)).toBe(6);
  }
});
