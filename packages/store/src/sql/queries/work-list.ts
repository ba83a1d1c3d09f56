import type { Difference, DifferenceAction, DifferenceClass, DifferenceState } from "@payhub/domain";
import { lock } from "../lock.ts";
import type { Db } from "../open.ts";
import type { Dialect } from "../orm.ts";

/** A difference as stored, with the row number that pages go by. */
export type DifferenceRow = Difference & { id: number };

/** Which differences are wanted; what is left out says nothing. */
export interface DifferenceFilter {
  fromDay?: string | undefined;
  toDay?: string | undefined;
  accountNo?: string | undefined;
  merchantNo?: string | undefined;
  appId?: string | undefined;
  differenceClass?: DifferenceClass | undefined;
  differenceState?: DifferenceState | undefined;
  /** Null for those that nobody has. */
  assignee?: string | null | undefined;
}

/** Where a page of differences ended. */
export interface DifferenceCursor {
  businessDay: string;
  id: number;
}

/** Pages through differences, the oldest day first, those of a day as they were found. */
export async function listDifferences(
  db: Db,
  { filter, after, limit }: { filter: DifferenceFilter; after?: DifferenceCursor | undefined; limit: number },
): Promise<DifferenceRow[]> {
  let query = wanted(db, filter).selectAll();
  if (after !== undefined) {
    const { businessDay, id } = after;
    query = query
      .where("businessDay", ">=", businessDay)
      .where((one) => one.or([one("businessDay", ">", businessDay), one("id", ">", id)]));
  }
  return query.orderBy("businessDay").orderBy("id").limit(limit).execute();
}

/** Counts differences, but no further than `atMost`. */
export async function countDifferences(db: Db, filter: DifferenceFilter, atMost: number): Promise<number> {
  const counted = await db
    .selectFrom(wanted(db, filter).select("id").limit(atMost).as("wanted"))
    .select((of) => of.fn.countAll().as("count"))
    .executeTakeFirstOrThrow();
  return Number(counted.count);
}

function wanted(db: Db, filter: DifferenceFilter) {
  let query = db.selectFrom("difference");
  if (filter.fromDay !== undefined) query = query.where("businessDay", ">=", filter.fromDay);
  if (filter.toDay !== undefined) query = query.where("businessDay", "<=", filter.toDay);
  if (filter.accountNo !== undefined) query = query.where("accountNo", "=", filter.accountNo);
  if (filter.merchantNo !== undefined) query = query.where("merchantNo", "=", filter.merchantNo);
  if (filter.appId !== undefined) query = query.where("appId", "=", filter.appId);
  if (filter.differenceClass !== undefined) query = query.where("differenceClass", "=", filter.differenceClass);
  if (filter.differenceState !== undefined) query = query.where("differenceState", "=", filter.differenceState);
  if (filter.assignee === null) query = query.where("assignee", "is", null);
  else if (filter.assignee !== undefined) query = query.where("assignee", "=", filter.assignee);
  return query;
}

/** Finds a difference by its number. */
export async function findDifference(db: Db, differenceNo: string): Promise<DifferenceRow | undefined> {
  return byNumber(db, differenceNo).executeTakeFirst();
}

/** Finds a difference and locks its row. Lock order: payment, refund, then difference. */
export async function lockDifference(
  tx: Db,
  differenceNo: string,
  dialect: Dialect,
): Promise<DifferenceRow | undefined> {
  return lock(byNumber(tx, differenceNo), dialect).executeTakeFirst();
}

function byNumber(db: Db, differenceNo: string) {
  return db.selectFrom("difference").selectAll().where("differenceNo", "=", differenceNo);
}

/** What people change of a difference. */
export type DifferenceHandling = Partial<
  Pick<Difference, "differenceState" | "assignee" | "pendingFix" | "pendingBy" | "endedBy" | "endedAt">
>;

/** Changes a difference that the transaction has locked. */
export async function updateDifference(
  tx: Db,
  differenceNo: string,
  set: DifferenceHandling & Pick<Difference, "updatedAt">,
): Promise<void> {
  await tx.updateTable("difference").set(set).where("differenceNo", "=", differenceNo).execute();
}

/** Notes what was done about a difference. */
export async function appendDifferenceAction(tx: Db, action: DifferenceAction): Promise<void> {
  await tx.insertInto("difference_action").values(action).execute();
}

/** What was done about a difference, in order. */
export async function findDifferenceActions(db: Db, differenceNo: string): Promise<DifferenceAction[]> {
  return actionsOf(db, differenceNo).orderBy("id").execute();
}

/** What was done last about a difference. */
export async function findLastAction(db: Db, differenceNo: string): Promise<DifferenceAction | undefined> {
  return actionsOf(db, differenceNo).orderBy("id", "desc").limit(1).executeTakeFirst();
}

function actionsOf(db: Db, differenceNo: string) {
  return db.selectFrom("difference_action").selectAll().where("differenceNo", "=", differenceNo);
}
