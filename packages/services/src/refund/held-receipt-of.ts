import type { HeldReceipt, Refund } from "@payhub/domain";
import { type Db, findHeldReceipts } from "@payhub/store";

/** The held receipt that a refund gives back. */
export async function heldReceiptOf(
  db: Db,
  { paymentNo, refundNo }: Pick<Refund, "paymentNo" | "refundNo">,
): Promise<HeldReceipt> {
  const held = (await findHeldReceipts(db, paymentNo)).find((receipt) => receipt.refundNo === refundNo);
  if (!held) throw new Error(`refund ${refundNo} gives back no held receipt`);
  return held;
}
