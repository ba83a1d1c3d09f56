import { type DayTotal, PayhubError, type StatementTotals } from "@payhub/domain";
import { type DayDifferences, listDayDifferences, listDayTotals, type StatementFilter } from "@payhub/store";
import type { ServiceContext } from "../../context.ts";
import { daysOf } from "../statement/period.ts";
import { addDifferences, addSums, type Sums, totalsOf } from "../statement/totals.ts";
import { EXPORT_ROWS_AT_MOST } from "./differences-table.ts";
import type { Cell, Column, ExportLanguage, Table } from "./table.ts";

const COLUMNS: readonly Column[] = [
  { zh: "账期", en: "businessDay", kind: "text" },
  { zh: "商户编号", en: "merchantNo", kind: "text" },
  { zh: "支付账户", en: "accountNo", kind: "text" },
  { zh: "渠道", en: "channel", kind: "text" },
  { zh: "应用端", en: "appId", kind: "text" },
  { zh: "账上支付笔数", en: "books payments", kind: "number" },
  { zh: "账上支付金额（元）", en: "books payments (yuan)", kind: "yuan" },
  { zh: "账上退款笔数", en: "books refunds", kind: "number" },
  { zh: "账上退款金额（元）", en: "books refunds (yuan)", kind: "yuan" },
  { zh: "账上净额（元）", en: "books net (yuan)", kind: "yuan" },
  { zh: "账单支付笔数", en: "bill payments", kind: "number" },
  { zh: "账单支付金额（元）", en: "bill payments (yuan)", kind: "yuan" },
  { zh: "账单退款笔数", en: "bill refunds", kind: "number" },
  { zh: "账单退款金额（元）", en: "bill refunds (yuan)", kind: "yuan" },
  { zh: "手续费（元）", en: "fee (yuan)", kind: "yuan" },
  { zh: "账单净额（元）", en: "bill net (yuan)", kind: "yuan" },
  { zh: "相符笔数", en: "matched", kind: "number" },
  { zh: "差错数", en: "differences", kind: "number" },
  { zh: "待处理差错数", en: "open differences", kind: "number" },
  { zh: "已解释（%）", en: "explained (%)", kind: "number" },
];

/** A statement row's place: who and when. */
type Place = Pick<DayTotal, "businessDay" | "merchantNo" | "accountNo" | "channel" | "appId">;
type Row = Place & { sums: Sums | undefined; differences: readonly DayDifferences[] };

/** The statement of some days as a table, a row for each day, account and app, and their total; refuses more than 50,000 rows. */
export async function statementTable(
  ctx: ServiceContext,
  { filter, language }: { filter: StatementFilter; language: ExportLanguage },
): Promise<Table> {
  const { fromDay, toDay } = filter;
  const rows: Row[] = [];
  for (const day of daysOf(filter)) {
    rows.push(...(await rowsOfDay(ctx, { ...filter, fromDay: day, toDay: day })));
    if (rows.length <= EXPORT_ROWS_AT_MOST) continue;
    throw new PayhubError(
      "INVALID_INPUT",
      `more than ${EXPORT_ROWS_AT_MOST} rows; ask for fewer days, one account or one app`,
      { details: { rowsAtMost: EXPORT_ROWS_AT_MOST } },
    );
  }
  return {
    name: ["payhub-statement", ...new Set([fromDay, toDay])].join("-"),
    title: language === "en" ? "statement" : "对账汇总",
    columns: COLUMNS,
    rows: pagesOf(rows, language),
  };
}

async function rowsOfDay(ctx: ServiceContext, filter: StatementFilter): Promise<Row[]> {
  const [totals, differences] = await ctx.store.transaction(async (tx) => [
    await listDayTotals(tx, filter, EXPORT_ROWS_AT_MOST + 1),
    await listDayDifferences(tx, filter),
  ]);
  const keyOf = ({ accountNo, appId }: Pick<Place, "accountNo" | "appId">) => `${accountNo} ${appId}`;
  const sums = new Map(totals.map((total) => [keyOf(total), total]));
  const found = Map.groupBy(differences, keyOf);
  const places = new Map([...differences, ...totals].map((place) => [keyOf(place), place]));
  return [...places.entries()]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, place]) => ({ ...place, sums: sums.get(key), differences: found.get(key) ?? [] }));
}

async function* pagesOf(rows: readonly Row[], language: ExportLanguage): AsyncGenerator<Cell[][]> {
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    yield rows
      .slice(from, from + ROWS_AT_ONCE)
      .map(({ sums, differences, ...place }) => [
        place.businessDay,
        place.merchantNo,
        place.accountNo,
        place.channel,
        place.appId === "" ? null : place.appId,
        ...cellsOf(totalsOf(sums, differences)),
      ]);
  }
  const total = totalsOf(
    addSums(rows.flatMap(({ sums }) => sums ?? [])),
    addDifferences(rows.flatMap(({ differences }) => differences)),
  );
  yield [[language === "en" ? "total" : "合计", null, null, null, null, ...cellsOf(total)]];
}

const ROWS_AT_ONCE = 1_000;

function cellsOf({ books, bill, fee, ...totals }: StatementTotals): Cell[] {
  return [
    books.paymentCount,
    books.paymentAmount,
    books.refundCount,
    books.refundAmount,
    books.net,
    bill.paymentCount,
    bill.paymentAmount,
    bill.refundCount,
    bill.refundAmount,
    fee,
    bill.net,
    totals.matchedCount,
    totals.differences.reduce((sum, { count }) => sum + count, 0),
    totals.openCount,
    totals.explainedPercent,
  ];
}
