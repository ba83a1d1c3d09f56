import type { HeldReceipt } from "@payhub/domain";
import { isDuplicateKey } from "../duplicate-key.ts";
import type { Db } from "../open.ts";

/** Holds a receipt; tells whether it was not held before. */
export async function insertHeldReceipt(tx: Db, held: HeldReceipt): Promise<boolean> {
  const known = await tx
    .selectFrom("held_receipt")
    .select("id")
    .where("channel", "=", held.channel)
    .where("channelTradeNo", "=", held.channelTradeNo)
    .executeTakeFirst();
  if (known) return false;
  try {
    await tx.insertInto("held_receipt").values(held).execute();
    return true;
  } catch (error) {
    if (isDuplicateKey(error, "held_receipt_channel_trade_no")) return false;
    throw error;
  }
}

/** Everything held for a payment, the oldest first. */
export async function findHeldReceipts(db: Db, paymentNo: string): Promise<HeldReceipt[]> {
  return db.selectFrom("held_receipt").selectAll().where("paymentNo", "=", paymentNo).orderBy("id").execute();
}

/** Held receipts that are to be given back by themselves and that no refund gives back yet, the oldest first. */
export async function findReturnableHeldReceipts(db: Db, limit: number): Promise<HeldReceipt[]> {
  return db
    .selectFrom("held_receipt")
    .selectAll()
    .where("status", "=", "held")
    .where("reason", "in", ["late", "duplicate"])
    .where("refundNo", "is", null)
    .orderBy("createdAt")
    .limit(limit)
    .execute();
}

/** Moves a held receipt from one status to another; tells whether it was there. */
export async function moveHeldReceipt(
  tx: Db,
  move: {
    heldReceiptNo: string;
    from: HeldReceipt["status"];
    to: HeldReceipt["status"];
    refundNo: string;
    nowMs: number;
  },
): Promise<boolean> {
  const result = await tx
    .updateTable("held_receipt")
    .set({ status: move.to, refundNo: move.refundNo, updatedAt: move.nowMs })
    .where("heldReceiptNo", "=", move.heldReceiptNo)
    .where("status", "=", move.from)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}
