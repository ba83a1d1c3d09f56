import { PAYMENT_MACHINE, type Payment, type PaymentStatus, sourcesOf } from "@payhub/domain";
import { lock } from "../lock.ts";
import type { Db } from "../open.ts";
import type { Dialect } from "../orm.ts";

/** A payment as stored, with the row number that pages go by. */
export type PaymentRow = Payment & { id: number };

/** Stores new payments; throws a duplicate key when an app has one of these orders already. */
export async function insertPayments(db: Db, payments: readonly Payment[]): Promise<void> {
  await db.insertInto("payment").values(payments).execute();
}

/** Names one payment: by its own number, or by the order's number within the app. */
export type PaymentKey = { paymentNo: string } | { appId: string; orderNo: string };

/** Finds a payment. */
export async function findPayment(db: Db, key: PaymentKey): Promise<PaymentRow | undefined> {
  return byKey(db, key).executeTakeFirst();
}

/** Finds a payment and locks its row: every final move of a payment or of its attempts is made under this lock. */
export async function lockPayment(tx: Db, key: PaymentKey, dialect: Dialect): Promise<PaymentRow | undefined> {
  return lock(byKey(tx, key), dialect).executeTakeFirst();
}

/** Finds payments and locks their rows, in one order for all. */
export async function lockPayments(tx: Db, paymentNos: readonly string[], dialect: Dialect): Promise<PaymentRow[]> {
  if (paymentNos.length === 0) return [];
  const query = tx.selectFrom("payment").selectAll().where("paymentNo", "in", paymentNos).orderBy("paymentNo");
  return lock(query, dialect).execute();
}

function byKey(db: Db, key: PaymentKey) {
  const query = db.selectFrom("payment").selectAll();
  if ("paymentNo" in key) return query.where("paymentNo", "=", key.paymentNo);
  return query.where("appId", "=", key.appId).where("orderNo", "=", key.orderNo);
}

/** What a final move writes beside the status. */
export type FinalFields = Partial<Pick<Payment, "settledBy" | "paidAt" | "closedAt">> &
  Pick<Payment, "lastSequence" | "updatedAt">;

/** Moves a payment to a final status if the table of states still allows it; tells whether it did. */
export async function movePayment(
  tx: Db,
  move: { paymentNo: string; to: Exclude<PaymentStatus, "created">; set: FinalFields },
): Promise<boolean> {
  const result = await tx
    .updateTable("payment")
    .set({ ...move.set, status: move.to })
    .where("paymentNo", "=", move.paymentNo)
    .where("status", "in", sourcesOf(PAYMENT_MACHINE, move.to))
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Changes an open payment without moving it; tells whether it was still open. */
export async function updateOpenPayment(
  db: Db,
  paymentNo: string,
  set: Partial<Pick<Payment, "initiatedAt" | "expiresAt" | "closeRequestedAt">> & Pick<Payment, "updatedAt">,
): Promise<boolean> {
  const result = await db
    .updateTable("payment")
    .set(set)
    .where("paymentNo", "=", paymentNo)
    .where("status", "=", "created")
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Pages through an app's payments in the order they were made. */
export async function listPayments(
  db: Db,
  page: {
    appId: string;
    status?: PaymentStatus | undefined;
    createdFrom?: number | undefined;
    createdTo?: number | undefined;
    afterId: number;
    limit: number;
  },
): Promise<PaymentRow[]> {
  let query = db.selectFrom("payment").selectAll().where("appId", "=", page.appId).where("id", ">", page.afterId);
  if (page.status !== undefined) query = query.where("status", "=", page.status);
  if (page.createdFrom !== undefined) query = query.where("createdAt", ">=", page.createdFrom);
  if (page.createdTo !== undefined) query = query.where("createdAt", "<", page.createdTo);
  return query.orderBy("id").limit(page.limit).execute();
}

/** Payments that are past their expiry and still open though no attempt of theirs is, the oldest first. */
export async function findExpiredPayments(db: Db, nowMs: number, limit: number): Promise<PaymentRow[]> {
  return db
    .selectFrom("payment")
    .selectAll()
    .where("status", "=", "created")
    .where("expiresAt", "<=", nowMs)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("attempt")
            .select("attempt.id")
            .whereRef("attempt.paymentNo", "=", "payment.paymentNo")
            .where("attempt.state", "in", ["preparing", "awaiting_payer"]),
        ),
      ),
    )
    .orderBy("expiresAt")
    .limit(limit)
    .execute();
}

/** Changes what refunds have done to a payment, under its lock. */
export async function updateRefunded(
  tx: Db,
  paymentNo: string,
  set: Partial<Pick<Payment, "refundedAmount" | "lastSequence">> & Pick<Payment, "updatedAt">,
): Promise<void> {
  await tx.updateTable("payment").set(set).where("paymentNo", "=", paymentNo).execute();
}
