import type { Attempt, HeldReceipt } from "@payhub/domain";
import type { Delivery, EventRow } from "../database.ts";
import type { Db } from "../open.ts";
import type { PaymentRow } from "./payments.ts";

/** Some payments with everything that hangs on them, for checking. */
export interface AuditPage {
  payments: PaymentRow[];
  attempts: Attempt[];
  heldReceipts: HeldReceipt[];
  events: EventRow[];
  deliveries: Pick<Delivery, "eventId" | "appId" | "status">[];
}

/** Reads the books page by page in the order payments were made; an empty page ends it. */
export async function readAuditPage(
  db: Db,
  { afterId, limit }: { afterId: number; limit: number },
): Promise<AuditPage> {
  const payments = await db
    .selectFrom("payment")
    .selectAll()
    .where("id", ">", afterId)
    .orderBy("id")
    .limit(limit)
    .execute();
  const paymentNos = payments.map(({ paymentNo }) => paymentNo);
  if (paymentNos.length === 0) return { payments, attempts: [], heldReceipts: [], events: [], deliveries: [] };
  const [attempts, heldReceipts, events, deliveries] = await Promise.all([
    db.selectFrom("attempt").selectAll().where("paymentNo", "in", paymentNos).orderBy("ordinal").execute(),
    db.selectFrom("held_receipt").selectAll().where("paymentNo", "in", paymentNos).execute(),
    db.selectFrom("event").selectAll().where("paymentNo", "in", paymentNos).orderBy("sequence").execute(),
    db.selectFrom("delivery").select(["eventId", "appId", "status"]).where("paymentNo", "in", paymentNos).execute(),
  ]);
  return { payments, attempts, heldReceipts, events, deliveries };
}

/** Finds attempts and held receipts by the numbers that channels know them by. */
export async function findByChannelNumbers(
  db: Db,
  { channel, outTradeNos }: { channel: string; outTradeNos: readonly string[] },
): Promise<{ attempts: Attempt[]; heldReceipts: HeldReceipt[] }> {
  if (outTradeNos.length === 0) return { attempts: [], heldReceipts: [] };
  const [attempts, heldReceipts] = await Promise.all([
    db.selectFrom("attempt").selectAll().where("channel", "=", channel).where("attemptNo", "in", outTradeNos).execute(),
    db
      .selectFrom("held_receipt")
      .selectAll()
      .where("channel", "=", channel)
      .where("outTradeNo", "in", outTradeNos)
      .execute(),
  ]);
  return { attempts, heldReceipts };
}
