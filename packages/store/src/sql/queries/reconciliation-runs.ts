import type { ChannelAccount, ReconciliationRun, RunState } from "@payhub/domain";
import type { Db } from "../open.ts";

/** Names the one run of an account's day. */
export type RunKey = Pick<ReconciliationRun, "accountNo" | "businessDay">;

/** Stores the run of a day; throws a duplicate key when the day has one. */
export async function insertRun(db: Db, run: ReconciliationRun): Promise<void> {
  await db.insertInto("reconciliation_run").values(run).execute();
}

/** Finds the run of an account's day. */
export async function findRun(db: Db, { accountNo, businessDay }: RunKey): Promise<ReconciliationRun | undefined> {
  return db
    .selectFrom("reconciliation_run")
    .selectAll()
    .where("accountNo", "=", accountNo)
    .where("businessDay", "=", businessDay)
    .executeTakeFirst();
}

/** What a step writes on a run. */
export type RunFields = Partial<Omit<ReconciliationRun, "runNo" | "createdAt">> & Pick<ReconciliationRun, "updatedAt">;

/** Changes a run, with `from` only while it is in that state; tells whether it did. */
export async function updateRun(
  db: Db,
  { runNo, from, set }: { runNo: string; from?: RunState; set: RunFields },
): Promise<boolean> {
  let update = db.updateTable("reconciliation_run").set(set).where("runNo", "=", runNo);
  if (from !== undefined) update = update.where("runState", "=", from);
  const { numUpdatedRows } = await update.executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Has a day's run made again, if there is one that nobody asked for yet. Lock order: payment, refund, difference, then run. */
export async function redoRun(
  tx: Db,
  { accountNo, businessDay }: RunKey,
  { requestedBy, nowMs }: { requestedBy: string; nowMs: number },
): Promise<void> {
  await tx
    .updateTable("reconciliation_run")
    .set({ runState: "requested", requestedBy, nextTryAt: nowMs, failure: null, updatedAt: nowMs })
    .where("accountNo", "=", accountNo)
    .where("businessDay", "=", businessDay)
    .where("runState", "<>", "requested")
    .execute();
}

/** Runs whose time to be tried (again) has come, those that waited longest first; with `runState` those in it. */
export async function findDueRuns(
  db: Db,
  { nowMs, limit, runState }: { nowMs: number; limit: number; runState?: RunState },
): Promise<RunKey[]> {
  let due = db.selectFrom("reconciliation_run").select(["accountNo", "businessDay"]).where("nextTryAt", "<=", nowMs);
  if (runState !== undefined) due = due.where("runState", "=", runState);
  return due.orderBy("nextTryAt").limit(limit).execute();
}

/** The days from `fromDay` on that have a run, of some accounts. */
export async function findRunDays(
  db: Db,
  { accountNos, fromDay }: { accountNos: readonly string[]; fromDay: string },
): Promise<RunKey[]> {
  if (accountNos.length === 0) return [];
  return db
    .selectFrom("reconciliation_run")
    .select(["accountNo", "businessDay"])
    .where("accountNo", "in", accountNos)
    .where("businessDay", ">=", fromDay)
    .execute();
}

/** Pages through all accounts in the order of their numbers. */
export async function pageAccounts(
  db: Db,
  { afterAccountNo, limit }: { afterAccountNo: string; limit: number },
): Promise<ChannelAccount[]> {
  return db
    .selectFrom("channel_account")
    .selectAll()
    .where("accountNo", ">", afterAccountNo)
    .orderBy("accountNo")
    .limit(limit)
    .execute();
}
