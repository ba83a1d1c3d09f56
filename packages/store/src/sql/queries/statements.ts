import type {
  BillFile,
  DayTotal,
  DifferenceCount,
  FundFlowTotal,
  Period,
  ReconciliationRun,
  RunState,
} from "@payhub/domain";
import type { Db } from "../open.ts";

/** Whose money a statement is about. */
export interface StatementFilter extends Period {
  accountNo?: string | undefined;
  merchantNo?: string | undefined;
  appId?: string | undefined;
}

/** The column that a statement's rows are made of. */
export type StatementColumn = "businessDay" | "accountNo" | "appId";

const SUMMED = [
  "bookPaymentCount",
  "bookPaymentAmount",
  "bookRefundCount",
  "bookRefundAmount",
  "billPaymentCount",
  "billPaymentAmount",
  "billRefundCount",
  "billRefundAmount",
  "billFee",
  "matchedCount",
] as const satisfies (keyof DayTotal)[];

/** Day totals added up; `group` is the value of the column they were grouped by. */
export type SummedTotals = Pick<DayTotal, (typeof SUMMED)[number]> & { group: string };

/** Adds day totals up by one column, in that column's order; at most `limit` groups. */
export async function sumDayTotals(
  db: Db,
  filter: StatementFilter,
  { by, limit }: { by: StatementColumn; limit: number },
): Promise<SummedTotals[]> {
  const rows = await totalsOf(db, filter)
    .select(by)
    .select(({ fn }) => SUMMED.map((column) => fn.sum(column).as(column)))
    .groupBy(by)
    .orderBy(by)
    .limit(limit)
    .execute();
  return rows.map((row) => ({ group: row[by], ...numbersOf(row) }));
}

function numbersOf(row: Record<(typeof SUMMED)[number], unknown>): Pick<DayTotal, (typeof SUMMED)[number]> {
  return {
    bookPaymentCount: Number(row.bookPaymentCount),
    bookPaymentAmount: Number(row.bookPaymentAmount),
    bookRefundCount: Number(row.bookRefundCount),
    bookRefundAmount: Number(row.bookRefundAmount),
    billPaymentCount: Number(row.billPaymentCount),
    billPaymentAmount: Number(row.billPaymentAmount),
    billRefundCount: Number(row.billRefundCount),
    billRefundAmount: Number(row.billRefundAmount),
    billFee: Number(row.billFee),
    matchedCount: Number(row.matchedCount),
  };
}

/** Day totals as they are, by day, account and app. */
export async function listDayTotals(db: Db, filter: StatementFilter, limit: number): Promise<DayTotal[]> {
  return totalsOf(db, filter)
    .selectAll()
    .orderBy("businessDay")
    .orderBy("accountNo")
    .orderBy("appId")
    .limit(limit)
    .execute();
}

function totalsOf(db: Db, { fromDay, toDay, accountNo, merchantNo, appId }: StatementFilter) {
  let query = db.selectFrom("day_total").where("businessDay", ">=", fromDay).where("businessDay", "<=", toDay);
  if (accountNo !== undefined) query = query.where("accountNo", "=", accountNo);
  if (merchantNo !== undefined) query = query.where("merchantNo", "=", merchantNo);
  if (appId !== undefined) query = query.where("appId", "=", appId);
  return query;
}

/** How many differences there are in a group, by class and state; an empty `group` is nobody's. */
export type GroupedDifferences = DifferenceCount & { group: string };

/** Counts differences by one column, class and state. */
export async function groupDifferences(
  db: Db,
  filter: StatementFilter,
  by: StatementColumn,
): Promise<GroupedDifferences[]> {
  const rows = await differencesOf(db, filter)
    .select([by, "differenceClass", "differenceState"])
    .select(({ fn }) => [fn.countAll().as("count"), fn.sum("delta").as("sum")])
    .groupBy([by, "differenceClass", "differenceState"])
    .orderBy(by)
    .orderBy("differenceClass")
    .orderBy("differenceState")
    .execute();
  return rows.map(({ differenceClass, differenceState, count, sum, ...row }) => ({
    group: row[by] ?? "",
    differenceClass,
    differenceState,
    count: Number(count),
    delta: Number(sum),
  }));
}

/** How many differences of a day, account and app there are, by class and state; an empty `appId` is nobody's. */
export type DayDifferences = Pick<DayTotal, "businessDay" | "merchantNo" | "accountNo" | "channel" | "appId"> &
  DifferenceCount;

/** Counts the differences of some days by day, account, app, class and state. */
export async function listDayDifferences(db: Db, filter: StatementFilter): Promise<DayDifferences[]> {
  const rows = await differencesOf(db, filter)
    .select(["businessDay", "merchantNo", "accountNo", "channel", "appId", "differenceClass", "differenceState"])
    .select(({ fn }) => [fn.countAll().as("count"), fn.sum("delta").as("sum")])
    .groupBy(["businessDay", "merchantNo", "accountNo", "channel", "appId", "differenceClass", "differenceState"])
    .orderBy("differenceClass")
    .orderBy("differenceState")
    .execute();
  return rows.map(({ appId, count, sum, ...row }) => ({
    ...row,
    appId: appId ?? "",
    count: Number(count),
    delta: Number(sum),
  }));
}

function differencesOf(db: Db, { fromDay, toDay, accountNo, merchantNo, appId }: StatementFilter) {
  let query = db.selectFrom("difference").where("businessDay", ">=", fromDay).where("businessDay", "<=", toDay);
  if (accountNo !== undefined) query = query.where("accountNo", "=", accountNo);
  if (merchantNo !== undefined) query = query.where("merchantNo", "=", merchantNo);
  if (appId !== undefined) query = query.where("appId", "=", appId);
  return query;
}

/** How many runs of some days stand in each state. */
export async function countRuns(
  db: Db,
  { fromDay, toDay, accountNo, merchantNo }: Omit<StatementFilter, "appId">,
): Promise<{ runState: RunState; count: number }[]> {
  let query = db.selectFrom("reconciliation_run").where("businessDay", ">=", fromDay).where("businessDay", "<=", toDay);
  if (accountNo !== undefined) query = query.where("accountNo", "=", accountNo);
  if (merchantNo !== undefined) query = query.where("merchantNo", "=", merchantNo);
  const rows = await query
    .select("runState")
    .select(({ fn }) => fn.countAll().as("count"))
    .groupBy("runState")
    .execute();
  return rows.map(({ runState, count }) => ({ runState, count: Number(count) }));
}

/** Which days of whom the fund-flow view is about. */
export interface FundFlowFilter extends Period {
  merchantNo?: string | undefined;
}

/** Both sides' sums per merchant and day, in that order. */
export async function sumMerchantDays(
  db: Db,
  { fromDay, toDay, merchantNo }: FundFlowFilter,
  limit: number,
): Promise<{ merchantNo: string; businessDay: string; payments: number; refunds: number; fees: number }[]> {
  const rows = await totalsOf(db, { fromDay, toDay, merchantNo })
    .select(["merchantNo", "businessDay"])
    .select(({ fn }) => [
      fn.sum("bookPaymentAmount").as("payments"),
      fn.sum("bookRefundAmount").as("refunds"),
      fn.sum("billFee").as("fees"),
    ])
    .groupBy(["merchantNo", "businessDay"])
    .orderBy("businessDay")
    .orderBy("merchantNo")
    .limit(limit)
    .execute();
  return rows.map(({ payments, refunds, fees, ...row }) => ({
    ...row,
    payments: Number(payments),
    refunds: Number(refunds),
    fees: Number(fees),
  }));
}

/** What the channels' fund-flow bills say, per merchant, day and kind. */
export async function sumFundFlows(
  db: Db,
  { fromDay, toDay, merchantNo }: FundFlowFilter,
): Promise<Omit<FundFlowTotal, "accountNo" | "channel" | "createdAt" | "updatedAt">[]> {
  let query = db.selectFrom("fund_flow_total").where("businessDay", ">=", fromDay).where("businessDay", "<=", toDay);
  if (merchantNo !== undefined) query = query.where("merchantNo", "=", merchantNo);
  const rows = await query
    .select(["merchantNo", "businessDay", "flowKind"])
    .select(({ fn }) => [
      fn.sum("inCount").as("inCount"),
      fn.sum("inAmount").as("inAmount"),
      fn.sum("outCount").as("outCount"),
      fn.sum("outAmount").as("outAmount"),
    ])
    .groupBy(["merchantNo", "businessDay", "flowKind"])
    .orderBy("flowKind")
    .execute();
  return rows.map((row) => ({
    merchantNo: row.merchantNo,
    businessDay: row.businessDay,
    flowKind: row.flowKind,
    inCount: Number(row.inCount),
    inAmount: Number(row.inAmount),
    outCount: Number(row.outCount),
    outAmount: Number(row.outAmount),
  }));
}

/** Held receipts of one day, per merchant: all of it, and what is still held. */
export async function sumHeldReceipts(
  db: Db,
  { fromMs, toMs, merchantNo }: { fromMs: number; toMs: number; merchantNo?: string | undefined },
): Promise<{ merchantNo: string; count: number; amount: number; leftAmount: number }[]> {
  let query = db
    .selectFrom("held_receipt")
    .innerJoin("channel_account", "channel_account.accountNo", "held_receipt.accountNo")
    .where("held_receipt.paidAt", ">=", fromMs)
    .where("held_receipt.paidAt", "<", toMs);
  if (merchantNo !== undefined) query = query.where("channel_account.merchantNo", "=", merchantNo);
  const rows = await query
    .select(["channel_account.merchantNo", "held_receipt.status"])
    .select(({ fn }) => [fn.countAll().as("count"), fn.sum("held_receipt.amount").as("sum")])
    .groupBy(["channel_account.merchantNo", "held_receipt.status"])
    .execute();
  const sums = new Map<string, { merchantNo: string; count: number; amount: number; leftAmount: number }>();
  for (const { merchantNo: of, status, count, sum } of rows) {
    const known = sums.get(of) ?? { merchantNo: of, count: 0, amount: 0, leftAmount: 0 };
    const left = status === "refunded" ? 0 : Number(sum);
    sums.set(of, {
      merchantNo: of,
      count: known.count + Number(count),
      amount: known.amount + Number(sum),
      leftAmount: known.leftAmount + left,
    });
  }
  return [...sums.values()];
}

/** A run as stored, with the row number that pages go by. */
export type RunRow = ReconciliationRun & { id: number };

/** Pages through runs, the newest day first. */
export async function listRuns(
  db: Db,
  page: {
    fromDay?: string | undefined;
    toDay?: string | undefined;
    accountNo?: string | undefined;
    runState?: RunState | undefined;
    after?: { businessDay: string; id: number } | undefined;
    limit: number;
  },
): Promise<RunRow[]> {
  let query = db.selectFrom("reconciliation_run").selectAll();
  if (page.fromDay !== undefined) query = query.where("businessDay", ">=", page.fromDay);
  if (page.toDay !== undefined) query = query.where("businessDay", "<=", page.toDay);
  if (page.accountNo !== undefined) query = query.where("accountNo", "=", page.accountNo);
  if (page.runState !== undefined) query = query.where("runState", "=", page.runState);
  if (page.after !== undefined) {
    const { businessDay, id } = page.after;
    query = query
      .where("businessDay", "<=", businessDay)
      .where((one) => one.or([one("businessDay", "<", businessDay), one("id", "<", id)]));
  }
  return query.orderBy("businessDay", "desc").orderBy("id", "desc").limit(page.limit).execute();
}

/** Finds a run by its number. */
export async function findRunByNumber(db: Db, runNo: string): Promise<RunRow | undefined> {
  return db.selectFrom("reconciliation_run").selectAll().where("runNo", "=", runNo).executeTakeFirst();
}

/** Every bill file that was kept of an account's day, the oldest first. */
export async function listBillFiles(
  db: Db,
  { accountNo, businessDay }: { accountNo: string; businessDay: string },
): Promise<BillFile[]> {
  return db
    .selectFrom("bill_file")
    .selectAll()
    .where("accountNo", "=", accountNo)
    .where("businessDay", "=", businessDay)
    .orderBy("id")
    .execute();
}
