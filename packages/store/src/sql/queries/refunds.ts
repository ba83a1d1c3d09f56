import { REFUND_MACHINE, type Refund, type RefundStatus, sourcesOf } from "@payhub/domain";
import { lock } from "../lock.ts";
import type { Db } from "../open.ts";
import type { Dialect } from "../orm.ts";

/** A refund as stored, with the row number that pages go by. */
export type RefundRow = Refund & { id: number };

/** Stores a new refund; throws a duplicate key when its number, the app's number for it or its idempotency key is taken. */
export async function insertRefund(tx: Db, refund: Refund): Promise<void> {
  await tx.insertInto("refund").values(refund).execute();
}

/** Names one refund: by its own number, by the app's number for it, or by the key that made it. */
export type RefundKey =
  | { refundNo: string }
  | { appId: string; refundOrderNo: string }
  | { appId: string; idempotencyKey: string };

/** Finds a refund. */
export async function findRefund(db: Db, key: RefundKey): Promise<RefundRow | undefined> {
  return byKey(db, key).executeTakeFirst();
}

/** Finds a refund and locks its row. Lock order: payment, then refund, as storing one does. */
export async function lockRefund(tx: Db, refundNo: string, dialect: Dialect): Promise<RefundRow | undefined> {
  return lock(byKey(tx, { refundNo }), dialect).executeTakeFirst();
}

function byKey(db: Db, key: RefundKey) {
  const query = db.selectFrom("refund").selectAll();
  if ("refundNo" in key) return query.where("refundNo", "=", key.refundNo);
  if ("refundOrderNo" in key) {
    return query.where("appId", "=", key.appId).where("refundOrderNo", "=", key.refundOrderNo);
  }
  return query.where("appId", "=", key.appId).where("idempotencyKey", "=", key.idempotencyKey);
}

/** All refunds of a payment in the order they were made. */
export async function findRefunds(db: Db, paymentNo: string): Promise<RefundRow[]> {
  return db.selectFrom("refund").selectAll().where("paymentNo", "=", paymentNo).orderBy("id").execute();
}

/** Pages through an app's own refunds in the order they were made. */
export async function listRefunds(
  db: Db,
  page: {
    appId: string;
    paymentNo?: string | undefined;
    status?: RefundStatus | undefined;
    afterId: number;
    limit: number;
  },
): Promise<RefundRow[]> {
  let query = db
    .selectFrom("refund")
    .selectAll()
    .where("appId", "=", page.appId)
    .where("purpose", "=", "business")
    .where("id", ">", page.afterId);
  if (page.paymentNo !== undefined) query = query.where("paymentNo", "=", page.paymentNo);
  if (page.status !== undefined) query = query.where("status", "=", page.status);
  return query.orderBy("id").limit(page.limit).execute();
}

/** What a move or a question writes on a refund. */
export type RefundFields = Partial<
  Pick<
    Refund,
    | "unknown"
    | "abnormal"
    | "channelRefundNo"
    | "calledUntil"
    | "sentAt"
    | "queryCount"
    | "nextQueryAt"
    | "failureCode"
    | "failureMessage"
    | "succeededAt"
  >
> &
  Pick<Refund, "updatedAt">;

/** Moves a refund to a final status if the table of states still allows it; tells whether it did. */
export async function moveRefund(
  tx: Db,
  move: { refundNo: string; to: Exclude<RefundStatus, "created">; set: RefundFields },
): Promise<boolean> {
  const result = await tx
    .updateTable("refund")
    .set({ ...move.set, status: move.to })
    .where("refundNo", "=", move.refundNo)
    .where("status", "in", sourcesOf(REFUND_MACHINE, move.to))
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Changes a refund that has no final word yet, without moving it; tells whether it was still open. */
export async function updateOpenRefund(db: Db, refundNo: string, set: RefundFields): Promise<boolean> {
  const result = await db
    .updateTable("refund")
    .set(set)
    .where("refundNo", "=", refundNo)
    .where("status", "=", "created")
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Takes the exclusive right to call the channel for a refund until `untilMs`, if nobody has it or had it since it was read. */
export async function claimRefund(
  db: Db,
  claim: { refund: Pick<Refund, "refundNo" | "calledUntil">; nowMs: number; untilMs: number },
): Promise<boolean> {
  const result = await db
    .updateTable("refund")
    .set({ calledUntil: claim.untilMs, updatedAt: claim.nowMs })
    .where("refundNo", "=", claim.refund.refundNo)
    .where("status", "=", "created")
    .where("calledUntil", "=", claim.refund.calledUntil)
    .where("calledUntil", "<=", claim.nowMs)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Refunds whose time to be sent or asked about has come, the longest due first. */
export async function findDueRefunds(db: Db, nowMs: number, limit: number): Promise<RefundRow[]> {
  return db
    .selectFrom("refund")
    .selectAll()
    .where("nextQueryAt", "<=", nowMs)
    .where("status", "=", "created")
    .where("calledUntil", "<=", nowMs)
    .orderBy("nextQueryAt")
    .limit(limit)
    .execute();
}
