import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { RUN_STAGES } from "@payhub/domain";
import { findRun, openStore, type Store } from "@payhub/store";
import { copyMysqlDatabase, type ManualClock, type MysqlDatabase, manualClock, seededRandom } from "@payhub/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BUSY, DAY, hourOfDay, makeBusyDay } from "./support/busy-day.ts";
import { outcomeOf } from "./support/day-outcome.ts";
import { type Fleet, openFleet } from "./support/fleet.ts";
import { type Moment, type StatementTap, tapStatements } from "./support/statement-tap.ts";

const random = seededRandom(Number(process.env.PAYHUB_TEST_SEED ?? 20_261_120));

/** When a process dies: at a statement of a stage, somewhere from its first (0) to its last (1), when it writes a file, or at a fault point. */
type Death =
  | { stage: string; side: Moment["side"]; share: number }
  | { stage: "download" | "parse"; file: RegExp }
  | { stage: "explain"; fault: "channel.answered" | "event.committed" };

const DEATHS: Death[] = [
  { stage: "download", file: /trade\.bill$/ },
  { stage: "parse", file: /line-\d+$/ },
  ...["download", "match", "match", "explain", "explain", "explain", "repair", "report"].map((stage) => ({
    stage,
    side: random.fraction() < 0.5 ? ("before" as const) : ("after" as const),
    share: random.fraction(),
  })),
  { stage: "explain", fault: "event.committed" },
  { stage: "explain", fault: "channel.answered" },
];

/** A platform of its own, equal to the fleet's before its day is reconciled. */
interface Copy {
  store: Store;
  database: MysqlDatabase;
  billDirectory: string;
}

let clock: ManualClock;
let fleet: Fleet;
let tap: StatementTap;
let undisturbed: Awaited<ReturnType<typeof outcomeOf>>;
const copies: Copy[] = [];
const stagesHit: string[] = [];

beforeAll(async () => {
  clock = manualClock(hourOfDay(8));
  fleet = await openFleet({ clock });
  await makeBusyDay(fleet, clock);
  const copy = await copyPlatform();
  tap = await tapStatements(copy.database.url);
  expect(await reconcile(copy, tap.url).exited).toBe(1);
  undisturbed = await outcomeOf({ ...fleet.ctx, store: copy.store }, DAY);
});
afterAll(async () => {
  await tap?.close();
  for (const { store, database } of copies) {
    await store.close();
    await database.drop();
  }
  await fleet?.close();
});

async function copyPlatform(): Promise<Copy> {
  const database = await copyMysqlDatabase(fleet.databaseUrl);
  const billDirectory = join(fleet.billDirectory, String(copies.length));
  const copy = { database, billDirectory, store: await openStore({ url: database.url }) };
  copies.push(copy);
  return copy;
}

function reconcile({ billDirectory, database }: Copy, databaseUrl = database.url, faults = {}) {
  const own = { PAYHUB_DATABASE_URL: databaseUrl, PAYHUB_BILL_STORE: `file:${billDirectory}`, ...faults };
  return fleet.command(["--date", DAY, "--account", fleet.accounts.wechatpay], own);
}

/** The statement at which a process dies; one that dies otherwise may not get beyond the stage. */
function momentOf(death: Death): Moment {
  if (!("share" in death)) {
    const next = RUN_STAGES[RUN_STAGES.indexOf(death.stage) + 1] ?? "";
    return { stage: next, statement: 0, side: "before" };
  }
  const { stage, side, share } = death;
  // The first statement of a stage tells of it: before it, the run is at the one before.
  const first = side === "before" ? 1 : 0;
  const count = tap.statements.get(stage) ?? 0;
  return { stage, side, statement: first + Math.floor(share * (count - first)) };
}

/** Reconciles the day until the process is killed. */
async function killAt(copy: Copy, death: Death): Promise<number | string> {
  let kill = () => {};
  const dying = await tapStatements(copy.database.url, { moment: momentOf(death), onMoment: () => kill() });
  const program = reconcile(copy, dying.url, "fault" in death ? { PAYHUB_FAULTS: `${death.fault}=kill` } : {});
  kill = () => program.child.kill("SIGKILL");
  const scratch = join(copy.billDirectory, "scratch");
  const watching = setInterval(() => {
    if (!("file" in death) || !existsSync(scratch)) return;
    if (readdirSync(scratch, { recursive: true }).some((name) => death.file.test(String(name)))) kill();
  }, 1);
  try {
    return await program.exited;
  } finally {
    clearInterval(watching);
    await dying.close();
  }
}

function dayOf({ store }: Copy) {
  return findRun(store.db, { accountNo: fleet.accounts.wechatpay, businessDay: DAY });
}

/** Another process takes the day up, and it comes to what it comes to undisturbed. */
async function expectSame(copy: Copy): Promise<void> {
  const heir = reconcile(copy);
  expect(await heir.exited, heir.output()).toBe(1);
  const outcome = new Map(Object.entries(await outcomeOf({ ...fleet.ctx, store: copy.store }, DAY)));
  for (const [name, rows] of Object.entries(undisturbed)) expect(outcome.get(name), name).toEqual(rows);
}

test("an undisturbed run finds what the day has", () => {
  const { differences, events, heldReceipts, runs } = undisturbed;
  const found = Object.groupBy(differences, ({ cause, differenceState }) => `${cause} ${differenceState}`);
  expect(Object.fromEntries(Object.entries(found).map(([name, rows]) => [name, rows?.length]))).toEqual({
    "never_heard repaired": BUSY.unheard,
    "late_money repaired": BUSY.late,
    "unknown_order repaired": BUSY.unknown,
    "refund_not_heard repaired": BUSY.unheardRefunds,
    "refund_past_payhub open": BUSY.refundsPastPayhub,
    "near_midnight open": BUSY.nearMidnight,
    "foreign_order open": BUSY.foreign,
    "books_wrong open": BUSY.dropped + BUSY.changed,
    "written_twice open": BUSY.writtenTwice,
    "unreadable open": BUSY.torn,
  });
  const before = BUSY.unheardRefunds + BUSY.refundsPastPayhub + BUSY.nearMidnight;
  expect(events).toHaveLength(before + BUSY.unheard + BUSY.unheardRefunds);
  expect(heldReceipts).toHaveLength(BUSY.late + BUSY.unknown);
  expect(runs).toMatchObject([{ runState: "done", nextTryAt: null }]);
});

describe.each(DEATHS.map((death, index) => ({ death, at: `death ${index + 1}, at ${death.stage}` })))(
  "$at",
  ({ death }) => {
    test("another process takes the day up, and it comes to the same", async () => {
      const copy = await copyPlatform();
      expect(await killAt(copy, death)).toBe("SIGKILL");
      const run = await findRun(copy.store.db, { accountNo: fleet.accounts.wechatpay, businessDay: DAY });
      stagesHit.push(run?.stage ?? "");
      expect(run?.stage).toBe(death.stage);
      // The lease of a killed process outlives it.
      clock.advance(60_000);
      await expectSame(copy);
    });
  },
);

test("told to stop while it asks, a process leaves at once what another takes up at once", async () => {
  const copy = await copyPlatform();
  const moment = { ...momentOf({ stage: "explain", side: "after", share: 0.5 }), side: "meanwhile" } as const;
  let stop = () => {};
  const stopping = await tapStatements(copy.database.url, { moment, onMoment: () => stop() });
  const program = reconcile(copy, stopping.url);
  stop = () => program.child.kill("SIGTERM");
  expect(await program.exited).toBe(130);
  await stopping.close();
  expect(await dayOf(copy)).toMatchObject({ runState: "running", stage: "explain" });
  await expectSame(copy);
});

test("each stage was hit", () => {
  expect(new Set(stagesHit)).toEqual(new Set(RUN_STAGES));
});
