import {
  type Difference,
  type DifferenceAction,
  type DifferenceClass,
  type DifferenceFix,
  PLATFORM_ACTOR,
} from "@payhub/domain";
import type { Db } from "../open.ts";
import type { RunKey } from "./reconciliation-runs.ts";
import type { DifferenceRow } from "./work-list.ts";

/** What is needed to know a difference again. */
export type KnownDifference = Pick<
  Difference,
  "differenceNo" | "fingerprint" | "differenceState" | "cause" | "endedBy"
>;

/** The differences of a day that have these fingerprints. */
export async function findByFingerprints(
  db: Db,
  { accountNo, businessDay }: RunKey,
  fingerprints: readonly string[],
): Promise<KnownDifference[]> {
  if (fingerprints.length === 0) return [];
  return db
    .selectFrom("difference")
    .select(["differenceNo", "fingerprint", "differenceState", "cause", "endedBy"])
    .where("accountNo", "=", accountNo)
    .where("businessDay", "=", businessDay)
    .where("fingerprint", "in", fingerprints)
    .execute();
}

/** Stores new differences with what was done about them; throws a duplicate key when the day has one of the fingerprints. */
export async function insertDifferences(
  tx: Db,
  differences: readonly Difference[],
  actions: readonly DifferenceAction[],
): Promise<void> {
  if (differences.length > 0) await tx.insertInto("difference").values(differences).execute();
  if (actions.length > 0) await tx.insertInto("difference_action").values(actions).execute();
}

/** What a run writes on a difference. */
export type DifferenceFields = Partial<
  Pick<Difference, "cause" | "proposedFix" | "differenceState" | "endedBy" | "endedAt">
> &
  Pick<Difference, "updatedAt">;

/** Changes a difference with the action that tells of it, only while it is in the state given; tells whether it did. */
export async function moveDifference(
  tx: Db,
  change: {
    from: { state: Difference["differenceState"]; fix?: DifferenceFix };
    set: DifferenceFields;
    action: DifferenceAction;
  },
): Promise<boolean> {
  const { from, set, action } = change;
  let update = tx
    .updateTable("difference")
    .set(set)
    .where("differenceNo", "=", action.differenceNo)
    .where("differenceState", "=", from.state)
    .where("pendingFix", "is", null);
  if (from.fix !== undefined) update = update.where("proposedFix", "=", from.fix);
  const { numUpdatedRows } = await update.executeTakeFirst();
  if (numUpdatedRows === 0n) return false;
  await tx.insertInto("difference_action").values(action).execute();
  return true;
}

/** A page of a day's differences in the order they were found. */
export interface DifferencePage extends RunKey {
  afterId: number;
  limit: number;
}

/** Open differences of a day that the channel is to be asked about. */
export async function pageOpenAsks(db: Db, page: DifferencePage): Promise<DifferenceRow[]> {
  return pageOf(db, page)
    .where("differenceState", "=", "open")
    .where("proposedFix", "=", "ask_again")
    .where("pendingFix", "is", null)
    .execute();
}

/** Open differences of a day that no person has done anything about. */
export async function pageUntouched(db: Db, page: DifferencePage): Promise<DifferenceRow[]> {
  return pageOf(db, page)
    .where("differenceState", "=", "open")
    .where("pendingFix", "is", null)
    .where("assignee", "is", null)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("difference_action")
            .select("difference_action.id")
            .whereRef("difference_action.differenceNo", "=", "difference.differenceNo")
            .where("difference_action.actor", "<>", PLATFORM_ACTOR),
        ),
      ),
    )
    .execute();
}

/** Money near midnight that a day's bill lacked, however it stands now. */
export async function pageNearMidnight(db: Db, page: DifferencePage): Promise<DifferenceRow[]> {
  return pageOf(db, page).where("differenceClass", "=", "day_boundary").where("cause", "=", "near_midnight").execute();
}

/** Open differences of a day about money that its bill lacks. */
export async function pageMissingThere(db: Db, page: DifferencePage): Promise<DifferenceRow[]> {
  return pageOf(db, page)
    .where("differenceClass", "=", "missing_there")
    .where("differenceState", "=", "open")
    .execute();
}

function pageOf(db: Db, { accountNo, businessDay, afterId, limit }: DifferencePage) {
  return db
    .selectFrom("difference")
    .selectAll()
    .where("accountNo", "=", accountNo)
    .where("businessDay", "=", businessDay)
    .where("id", ">", afterId)
    .orderBy("id")
    .limit(limit);
}

/** What an account's other days say of some orders and refunds that are around a midnight or missing. */
export async function findElsewhere(
  db: Db,
  { accountNo, businessDay }: RunKey,
  { outTradeNos, outRefundNos }: { outTradeNos: readonly string[]; outRefundNos: readonly string[] },
): Promise<DifferenceRow[]> {
  const base = () =>
    db
      .selectFrom("difference")
      .selectAll()
      .where("accountNo", "=", accountNo)
      .where("businessDay", "<>", businessDay)
      .where("differenceClass", "in", ["day_boundary", "missing_there"]);
  const orders = outTradeNos.length === 0 ? [] : await base().where("outTradeNo", "in", outTradeNos).execute();
  const refunds = outRefundNos.length === 0 ? [] : await base().where("outRefundNo", "in", outRefundNos).execute();
  return [...orders.filter(({ outRefundNo }) => outRefundNo === null), ...refunds];
}

/** How many differences of a day are open, by class. */
export async function countOpenByClass(
  db: Db,
  { accountNo, businessDay }: RunKey,
): Promise<{ differenceClass: DifferenceClass; count: number }[]> {
  const rows = await db
    .selectFrom("difference")
    .select((of) => ["differenceClass", of.fn.countAll<number>().as("count")])
    .where("accountNo", "=", accountNo)
    .where("businessDay", "=", businessDay)
    .where("differenceState", "=", "open")
    .groupBy("differenceClass")
    .orderBy("differenceClass")
    .execute();
  return rows.map(({ differenceClass, count }) => ({ differenceClass, count: Number(count) }));
}
