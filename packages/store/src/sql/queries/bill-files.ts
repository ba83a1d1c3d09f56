import type { BillFile, BillKind } from "@payhub/domain";
import type { Db } from "../open.ts";

/** Notes a bill of a day; the same bytes again are the same row, which then is the newest. */
export async function saveBillFile(tx: Db, file: BillFile): Promise<void> {
  const { billState, failure, updatedAt } = file;
  const { numUpdatedRows } = await tx
    .updateTable("bill_file")
    .set({ billState, failure, updatedAt })
    .where("accountNo", "=", file.accountNo)
    .where("businessDay", "=", file.businessDay)
    .where("billKind", "=", file.billKind)
    .where("digest", "=", file.digest)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) await tx.insertInto("bill_file").values(file).execute();
}

/** The newest bill of a day that is not refused. */
export async function findBillFile(
  db: Db,
  { accountNo, businessDay, billKind }: { accountNo: string; businessDay: string; billKind: BillKind },
): Promise<BillFile | undefined> {
  return db
    .selectFrom("bill_file")
    .selectAll()
    .where("accountNo", "=", accountNo)
    .where("businessDay", "=", businessDay)
    .where("billKind", "=", billKind)
    .where("billState", "<>", "refused")
    .orderBy("updatedAt", "desc")
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
}
