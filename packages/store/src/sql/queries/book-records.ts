import type { BookAttempt, BookHeld, BookRefund } from "@payhub/domain";
import { sql } from "kysely";
import type { Db } from "../open.ts";

/** A stretch of one account's time, `toMs` not in it. */
export interface BookStretch {
  accountNo: string;
  fromMs: number;
  toMs: number;
}

/** Where a page of records begins: after this one. */
export interface RecordCursor {
  at: number;
  id: number;
}

/** A page of the books' day: `accountNo`'s records from `after` to `toMs`. */
export interface RecordPage extends Pick<BookStretch, "accountNo" | "toMs"> {
  after: RecordCursor;
  limit: number;
}

/**
 * Paid attempts in the order they were paid, each as one text with tabs between attemptNo, refundNo (empty), channelTradeNo,
 * chargedAmount, appId, time and row number; the last two are the cursor of its page. A day may have millions, and a
 * row's cost is that of its columns.
 */
export async function readPaidRecords(db: Db, { accountNo, toMs, after, limit }: RecordPage): Promise<string[]> {
  const at = sql.ref("paidAt");
  const fields = [sql.ref("attemptNo"), sql.lit(""), sql`coalesce(${sql.ref("channelTradeNo")}, '')`, ...common(at)];
  // Asked for by equality, MySQL and MariaDB may go through all that the account ever had for each page: as a range they cannot.
  const rows = await db
    .selectFrom("attempt")
    .select(sql<string>`concat_ws(${sql.lit("\t")}, ${sql.join(fields)})`.as("record"))
    .where("accountNo", ">=", accountNo)
    .where("accountNo", "<=", accountNo)
    .where("paidAt", ">=", after.at)
    .where("paidAt", "<", toMs)
    .where((or) => or.or([or("paidAt", ">", after.at), or("id", ">", after.id)]))
    .where("state", "=", "succeeded")
    .orderBy("accountNo")
    .orderBy("paidAt")
    .orderBy("id")
    .limit(limit)
    .execute();
  return rows.map(({ record }) => record);
}

/** Refunds that succeeded and moved money, in the order they were sent, as {@link readPaidRecords} gives attempts. */
export async function readRefundRecords(db: Db, { accountNo, toMs, after, limit }: RecordPage): Promise<string[]> {
  const at = sql.ref("sentAt");
  const fields = [sql.ref("attemptNo"), sql.ref("refundNo"), sql.lit(""), ...common(at)];
  const rows = await db
    .selectFrom("refund")
    .select(sql<string>`concat_ws(${sql.lit("\t")}, ${sql.join(fields)})`.as("record"))
    .where("accountNo", ">=", accountNo)
    .where("accountNo", "<=", accountNo)
    .where("sentAt", ">=", after.at)
    .where("sentAt", "<", toMs)
    .where((or) => or.or([or("sentAt", ">", after.at), or("id", ">", after.id)]))
    .where("status", "=", "succeeded")
    .where("chargedAmount", ">", 0)
    .orderBy("accountNo")
    .orderBy("sentAt")
    .orderBy("id")
    .limit(limit)
    .execute();
  return rows.map(({ record }) => record);
}

function common(at: ReturnType<typeof sql.ref>) {
  return [sql.ref("chargedAmount"), sql.ref("appId"), at, sql.ref("id")];
}

/** An attempt with what the business asked for. */
export type BookAttemptRow = BookAttempt & { amount: number };

/** Attempts by their numbers, whatever their account, day and state. */
export async function findBookAttempts(db: Db, attemptNos: readonly string[]): Promise<BookAttemptRow[]> {
  if (attemptNos.length === 0) return [];
  return db
    .selectFrom("attempt")
    .innerJoin("payment", "payment.paymentNo", "attempt.paymentNo")
    .select(["attempt.attemptNo", "attempt.paymentNo", "attempt.appId", "attempt.accountNo", "attempt.state"])
    .select(["attempt.chargedAmount", "attempt.channelTradeNo", "attempt.paidAt", "payment.amount"])
    .where("attempt.attemptNo", "in", attemptNos)
    .execute();
}

/** Refunds by their numbers, whatever their account, day and status. */
export async function findBookRefunds(db: Db, refundNos: readonly string[]): Promise<BookRefund[]> {
  if (refundNos.length === 0) return [];
  return db
    .selectFrom("refund")
    .select(["refundNo", "attemptNo", "paymentNo", "appId", "accountNo"])
    .select(["status", "amount", "chargedAmount", "sentAt"])
    .where("refundNo", "in", refundNos)
    .execute();
}

/** What an account holds under these trade numbers. */
export async function findBookHeld(
  db: Db,
  { accountNo, channel, channelTradeNos }: { accountNo: string; channel: string; channelTradeNos: readonly string[] },
): Promise<BookHeld[]> {
  if (channelTradeNos.length === 0) return [];
  return db
    .selectFrom("held_receipt")
    .select(["heldReceiptNo", "channelTradeNo", "outTradeNo", "appId", "paymentNo", "amount", "status", "paidAt"])
    .where("channel", "=", channel)
    .where("channelTradeNo", "in", channelTradeNos)
    .where("accountNo", "=", accountNo)
    .execute();
}

/** Whether the books have money of an account in a stretch of time: a paid attempt, a refund that was sent, or held money. */
export async function hasBookMoney(db: Db, { accountNo, fromMs, toMs }: BookStretch): Promise<boolean> {
  const paid = db.selectFrom("attempt").select("id").where("accountNo", "=", accountNo);
  const sent = db.selectFrom("refund").select("id").where("accountNo", "=", accountNo);
  const held = db.selectFrom("held_receipt").select("id").where("accountNo", "=", accountNo);
  const found = [
    await paid
      .where("paidAt", ">=", fromMs)
      .where("paidAt", "<", toMs)
      .where("state", "=", "succeeded")
      .limit(1)
      .execute(),
    await sent.where("sentAt", ">=", fromMs).where("sentAt", "<", toMs).limit(1).execute(),
    await held.where("paidAt", ">=", fromMs).where("paidAt", "<", toMs).limit(1).execute(),
  ];
  return found.flat().length > 0;
}

/** What an app's records came to. */
export interface BookSum {
  appId: string;
  count: number;
  amount: number;
}

/** What each app's paid attempts and refunds of a stretch came to, as the channel was asked for them; a day is summed in parts. */
export async function sumBookRecords(
  db: Db,
  { accountNo, fromMs, toMs }: BookStretch,
): Promise<{ payments: BookSum[]; refunds: BookSum[] }> {
  const payments = db
    .selectFrom("attempt")
    .select((of) => ["appId", of.fn.countAll<number>().as("count"), of.fn.sum<number>("chargedAmount").as("sum")])
    .where("accountNo", "=", accountNo)
    .where("paidAt", ">=", fromMs)
    .where("paidAt", "<", toMs)
    .where("state", "=", "succeeded")
    .groupBy("appId");
  const refunds = db
    .selectFrom("refund")
    .select((of) => ["appId", of.fn.countAll<number>().as("count"), of.fn.sum<number>("chargedAmount").as("sum")])
    .where("accountNo", "=", accountNo)
    .where("sentAt", ">=", fromMs)
    .where("sentAt", "<", toMs)
    .where("status", "=", "succeeded")
    .where("chargedAmount", ">", 0)
    .groupBy("appId");
  return { payments: sumsOf(await payments.execute()), refunds: sumsOf(await refunds.execute()) };
}

function sumsOf(rows: { appId: string; count: number; sum: number }[]): BookSum[] {
  return rows.map(({ appId, count, sum }) => ({ appId, count: Number(count), amount: Number(sum) }));
}
