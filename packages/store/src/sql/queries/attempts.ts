import { ATTEMPT_MACHINE, type Attempt, type AttemptState, sourcesOf } from "@payhub/domain";
import { lock } from "../lock.ts";
import type { Db } from "../open.ts";
import type { Dialect } from "../orm.ts";

/** Stores new attempts; throws a duplicate key when a number, a place in the payment or an idempotency key is taken. */
export async function insertAttempts(tx: Db, attempts: readonly Attempt[]): Promise<void> {
  await tx.insertInto("attempt").values(attempts).execute();
}

/** Finds an attempt by its number. */
export async function findAttempt(db: Db, attemptNo: string): Promise<Attempt | undefined> {
  return db.selectFrom("attempt").selectAll().where("attemptNo", "=", attemptNo).executeTakeFirst();
}

/** Finds an attempt and locks its row. Lock order: attempt, then payment. */
export async function lockAttempt(tx: Db, attemptNo: string, dialect: Dialect): Promise<Attempt | undefined> {
  return lock(tx.selectFrom("attempt").selectAll().where("attemptNo", "=", attemptNo), dialect).executeTakeFirst();
}

/** Finds attempts and locks their rows, in one order for all. Lock order: attempts, then payments. */
export async function lockAttempts(tx: Db, attemptNos: readonly string[], dialect: Dialect): Promise<Attempt[]> {
  const query = tx.selectFrom("attempt").selectAll().where("attemptNo", "in", attemptNos).orderBy("attemptNo");
  return lock(query, dialect).execute();
}

/** Finds the attempt that an idempotency key of the app made. */
export async function findAttemptByKey(db: Db, appId: string, idempotencyKey: string): Promise<Attempt | undefined> {
  return db
    .selectFrom("attempt")
    .selectAll()
    .where("appId", "=", appId)
    .where("idempotencyKey", "=", idempotencyKey)
    .executeTakeFirst();
}

/** All attempts of some payments, each payment's in the order they were made. */
export async function findAttempts(db: Db, paymentNos: readonly string[]): Promise<Attempt[]> {
  if (paymentNos.length === 0) return [];
  return db
    .selectFrom("attempt")
    .selectAll()
    .where("paymentNo", "in", paymentNos)
    .orderBy("paymentNo")
    .orderBy("ordinal")
    .execute();
}

/** What a move or a question writes on an attempt. */
export type AttemptFields = Partial<
  Pick<
    Attempt,
    | "unknown"
    | "action"
    | "channelTradeNo"
    | "calledUntil"
    | "queryCount"
    | "nextQueryAt"
    | "failureCode"
    | "failureMessage"
    | "paidAt"
    | "sceneInput"
  >
> &
  Pick<Attempt, "updatedAt">;

/** Moves an attempt if the table of states still allows it; tells whether it did. */
export async function moveAttempt(
  db: Db,
  move: { attemptNo: string; to: Exclude<AttemptState, "preparing">; set: AttemptFields },
): Promise<boolean> {
  const result = await db
    .updateTable("attempt")
    .set({ ...move.set, state: move.to })
    .where("attemptNo", "=", move.attemptNo)
    .where("state", "in", sourcesOf(ATTEMPT_MACHINE, move.to))
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Changes an attempt that has no final word yet, without moving it; tells whether it was still open. */
export async function updateOpenAttempt(db: Db, attemptNo: string, set: AttemptFields): Promise<boolean> {
  const result = await db
    .updateTable("attempt")
    .set(set)
    .where("attemptNo", "=", attemptNo)
    .where("state", "in", ["preparing", "awaiting_payer"])
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/**
 * Takes the exclusive right to call the channel for an attempt until `untilMs`, if nobody has it; with `seen`, only if nobody had
 * it since the attempt was read.
 */
export async function claimAttempt(
  db: Db,
  claim: { attemptNo: string; nowMs: number; untilMs: number; seen?: Pick<Attempt, "state" | "calledUntil"> },
): Promise<boolean> {
  let update = db
    .updateTable("attempt")
    .set({ calledUntil: claim.untilMs, updatedAt: claim.nowMs })
    .where("attemptNo", "=", claim.attemptNo)
    .where("state", "in", ["preparing", "awaiting_payer"])
    .where("calledUntil", "<=", claim.nowMs);
  if (claim.seen) {
    update = update.where("state", "=", claim.seen.state).where("calledUntil", "=", claim.seen.calledUntil);
  }
  const result = await update.executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Attempts whose time to be asked about has come, the longest due first. */
export async function findDueAttempts(db: Db, nowMs: number, limit: number): Promise<Attempt[]> {
  return db
    .selectFrom("attempt")
    .selectAll()
    .where("nextQueryAt", "<=", nowMs)
    .where("calledUntil", "<=", nowMs)
    .orderBy("nextQueryAt")
    .limit(limit)
    .execute();
}

/** Makes every open attempt of a payment due now. */
export async function hurryAttempts(tx: Db, paymentNo: string, nowMs: number): Promise<void> {
  await tx
    .updateTable("attempt")
    .set({ nextQueryAt: nowMs, updatedAt: nowMs })
    .where("paymentNo", "=", paymentNo)
    .where("state", "in", ["preparing", "awaiting_payer"])
    .execute();
}
