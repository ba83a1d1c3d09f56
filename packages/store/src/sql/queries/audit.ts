import type { Attempt, HeldReceipt, Refund } from "@payhub/domain";
import type { Delivery, EventRow } from "../database.ts";
import type { Db } from "../open.ts";
import type { PaymentRow } from "./payments.ts";

/** Some payments with everything that hangs on them, for checking. */
export interface AuditPage {
  payments: PaymentRow[];
  attempts: Attempt[];
  refunds: Refund[];
  heldReceipts: HeldReceipt[];
  events: EventRow[];
  deliveries: Pick<Delivery, "eventId" | "appId" | "status">[];
}

/** Reads the books page by page in the order payments were made, each page as of one moment; an empty page ends it. */
export async function readAuditPage(db: Db, page: { afterId: number; limit: number }): Promise<AuditPage> {
  return db.transaction().execute((tx) => readPage(tx, page));
}

async function readPage(tx: Db, { afterId, limit }: { afterId: number; limit: number }): Promise<AuditPage> {
  const payments = await tx
    .selectFrom("payment")
    .selectAll()
    .where("id", ">", afterId)
    .orderBy("id")
    .limit(limit)
    .execute();
  const paymentNos = payments.map(({ paymentNo }) => paymentNo);
  if (paymentNos.length === 0)
    return { payments, attempts: [], refunds: [], heldReceipts: [], events: [], deliveries: [] };
  const attempts = tx.selectFrom("attempt").selectAll().where("paymentNo", "in", paymentNos).orderBy("ordinal");
  const refunds = tx.selectFrom("refund").selectAll().where("paymentNo", "in", paymentNos).orderBy("id");
  const heldReceipts = tx.selectFrom("held_receipt").selectAll().where("paymentNo", "in", paymentNos);
  const events = tx.selectFrom("event").selectAll().where("paymentNo", "in", paymentNos).orderBy("sequence");
  const deliveries = tx
    .selectFrom("delivery")
    .select(["eventId", "appId", "status"])
    .where("paymentNo", "in", paymentNos);
  return {
    payments,
    attempts: await attempts.execute(),
    refunds: await refunds.execute(),
    heldReceipts: await heldReceipts.execute(),
    events: await events.execute(),
    deliveries: await deliveries.execute(),
  };
}

/** Finds attempts, their refunds and held receipts by the numbers that channels know them by. */
export async function findByChannelNumbers(
  db: Db,
  { channel, outTradeNos }: { channel: string; outTradeNos: readonly string[] },
): Promise<{ attempts: Attempt[]; heldReceipts: HeldReceipt[]; refunds: Refund[] }> {
  if (outTradeNos.length === 0) return { attempts: [], heldReceipts: [], refunds: [] };
  const [attempts, heldReceipts, refunds] = await Promise.all([
    db.selectFrom("attempt").selectAll().where("channel", "=", channel).where("attemptNo", "in", outTradeNos).execute(),
    db
      .selectFrom("held_receipt")
      .selectAll()
      .where("channel", "=", channel)
      .where("outTradeNo", "in", outTradeNos)
      .execute(),
    db.selectFrom("refund").selectAll().where("channel", "=", channel).where("attemptNo", "in", outTradeNos).execute(),
  ]);
  return { attempts, heldReceipts, refunds };
}
