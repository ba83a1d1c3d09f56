import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { addDays, type ReconciliationRun, type RunState } from "@payhub/domain";
import type { BillSpoil, Fault } from "@payhub/simulator";
import { type ManualClock, manualClock } from "@payhub/testkit";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { DAY, hourOfDay, payMany } from "./support/busy-day.ts";
import { CHANNELS, type Channel, type Fleet, openFleet } from "./support/fleet.ts";

const simulatorFile = join(tmpdir(), `payhub-simulator-${process.pid}.db`);

/** What goes wrong with a day's bill: a fault of its download, or a spoil of the `number`'s line or of the file. */
type Wrong = { fault: Fault } | { spoils: (number: string) => BillSpoil[] };

const WRONGS: readonly Wrong[] = [
  { fault: { kind: "status", status: 500 } },
  { fault: { kind: "drop", when: "after" } },
  { spoils: () => [{ kind: "wrong_hash" }] },
  { spoils: () => [{ kind: "cut", at: 0.5 }] },
  { spoils: (outTradeNo) => [{ kind: "malformed", match: { outTradeNo } }] },
  {
    spoils: (outTradeNo) => [
      { kind: "drop", match: { outTradeNo } },
      { kind: "add", outTradeNo: "SHOP-1", amount: 4_200 },
    ],
  },
];

let clock: ManualClock;
let fleet: Fleet;
let written = "";

beforeAll(async () => {
  clock = manualClock(hourOfDay(8));
  fleet = await openFleet({ clock, simulatorFile });
  for (const [days, wrong] of WRONGS.entries()) {
    clock.set(hourOfDay(24 * days + 10));
    for (const channel of CHANNELS) await trade(channel, addDays(DAY, days), wrong);
  }
  clock.set(hourOfDay(24 * WRONGS.length + 10.6));
  const own = { PAYHUB_LOG_LEVEL: "trace" };
  const command = fleet.command(["--date", `${DAY}..${addDays(DAY, WRONGS.length - 1)}`], own);
  expect(await command.exited).toBe(1);
  clock.advance(60 * 60_000);
  const member = await fleet.reconcile(own);
  const isTried = ({ runState, tryCount }: ReconciliationRun) =>
    runState === "done" || (runState !== "running" && tryCount > 1);
  await vi.waitUntil(async () => (await runs()).every(isTried), { timeout: 60_000, interval: 200 });
  member.child.kill("SIGTERM");
  expect(await member.exited).toBe(0);
  written = command.output() + member.output();
});
afterAll(async () => {
  await fleet?.close();
  for (const end of ["", "-wal", "-shm"]) await rm(`${simulatorFile}${end}`, { force: true });
});

async function trade(channel: Channel, businessDay: string, wrong: Wrong): Promise<void> {
  const { bills, faults } = fleet.simulator;
  const [number = ""] = await payMany(fleet, { channel, count: 1, isHeard: true });
  await payMany(fleet, { channel, count: 3, isHeard: true });
  if ("fault" in wrong) {
    faults.script({ channel, operation: "bill_download", fault: wrong.fault });
    return;
  }
  for (const spoil of wrong.spoils(number)) bills.spoil({ channel, billKind: "trade", businessDay, spoil });
}

const runs = () => fleet.ctx.store.db.selectFrom("reconciliation_run").selectAll().orderBy("id").execute();

/** Everything that reconciliation wrote into the database. */
async function stored(): Promise<string> {
  const { db } = fleet.ctx.store;
  const tables = ["reconciliation_run", "bill_file", "difference", "difference_action", "job_lease"] as const;
  const rows = await Promise.all(tables.map((table) => db.selectFrom(table).selectAll().execute()));
  return JSON.stringify(rows);
}

/** The tokens of the addresses under which WeChat Pay gave its bills. */
function tokens(): string[] {
  const books = new DatabaseSync(simulatorFile, { readOnly: true });
  const rows = books.prepare("SELECT key FROM record WHERE collection = 'wechatpay.bill-token'").all();
  books.close();
  return rows.map(({ key }) => String(key));
}

test("bills that fail in many ways say why, and hold up no other day", async () => {
  const days = new Map<string, RunState[]>();
  for (const { businessDay, runState } of await runs()) {
    days.set(businessDay, [...(days.get(businessDay) ?? []), runState]);
  }
  const ends = ["done", "done", "refused", "refused", "done", "done"] as const;
  expect([...days.values()]).toEqual(ends.map((end) => [end, end]));
  expect(written.match(/no bill yet: /g)).toHaveLength(4);
  expect(written.match(/"alert":"bill_refused"/g)?.length).toBeGreaterThanOrEqual(4);
  expect(await stored()).toMatch(/malformed_line.*missing_there/s);
});

test("and none of it tells a key, a secret, or where a bill could be had", async () => {
  const told = written + (await stored());
  expect(fleet.secrets.length).toBe(5);
  expect(tokens().length).toBeGreaterThan(WRONGS.length);
  for (const secret of [...fleet.secrets, ...tokens(), "token="]) expect(told.includes(secret), secret).toBe(false);
});
