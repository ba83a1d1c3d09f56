import { type BillLine, type BookSide, type Difference, isoShanghai, PayhubError } from "@payhub/domain";
import { countDifferences, type DifferenceCursor, type DifferenceFilter, listDifferences } from "@payhub/store";
import type { ServiceContext, Viewer } from "../../context.ts";
import { differenceSeenBy } from "../work-list/see.ts";
import type { Cell, Column, ExportLanguage, Table } from "./table.ts";
import { wordFor } from "./words.ts";

/** How many rows a file has at most. */
export const EXPORT_ROWS_AT_MOST = 50_000;

const ROWS_AT_ONCE = 1_000;

const COLUMNS: readonly Column[] = [
  { zh: "差错编号", en: "differenceNo", kind: "text" },
  { zh: "账期", en: "businessDay", kind: "text" },
  { zh: "商户编号", en: "merchantNo", kind: "text" },
  { zh: "支付账户", en: "accountNo", kind: "text" },
  { zh: "渠道", en: "channel", kind: "text" },
  { zh: "应用端", en: "appId", kind: "text" },
  { zh: "差错类型", en: "class", kind: "text" },
  { zh: "状态", en: "state", kind: "text" },
  { zh: "原因", en: "cause", kind: "text" },
  { zh: "建议处理", en: "proposedFix", kind: "text" },
  { zh: "差额（元，账单减账上）", en: "delta (yuan, bill less books)", kind: "yuan" },
  { zh: "支付单号", en: "paymentNo", kind: "text" },
  { zh: "平台流水号", en: "outTradeNo", kind: "text" },
  { zh: "渠道流水号", en: "channelTradeNo", kind: "text" },
  { zh: "退款单号", en: "outRefundNo", kind: "text" },
  { zh: "账单行号", en: "bill line", kind: "number" },
  { zh: "账单类别", en: "bill kind", kind: "text" },
  { zh: "账单金额（元）", en: "bill amount (yuan)", kind: "yuan" },
  { zh: "账单手续费（元）", en: "bill fee (yuan)", kind: "yuan" },
  { zh: "账单状态", en: "bill status", kind: "text" },
  { zh: "账单时间", en: "bill time", kind: "text" },
  { zh: "账上类别", en: "books kind", kind: "text" },
  { zh: "账上单号", en: "books number", kind: "text" },
  { zh: "账上金额（元）", en: "books amount (yuan)", kind: "yuan" },
  { zh: "账上实收（元）", en: "books charged (yuan)", kind: "yuan" },
  { zh: "账上状态", en: "books status", kind: "text" },
  { zh: "账上时间", en: "books time", kind: "text" },
  { zh: "补充信息", en: "facts", kind: "text" },
  { zh: "负责人", en: "assignee", kind: "text" },
  { zh: "处理人", en: "ended by", kind: "text" },
];

/** The differences of a filter as a table, in the order of the list; refuses with `INVALID_INPUT` more than 50,000. */
export async function differencesTable(
  ctx: ServiceContext,
  viewer: Viewer,
  { filter, language }: { filter: DifferenceFilter; language: ExportLanguage },
): Promise<Table> {
  const count = await countDifferences(ctx.store.db, filter, EXPORT_ROWS_AT_MOST + 1);
  if (count > EXPORT_ROWS_AT_MOST) {
    throw new PayhubError(
      "INVALID_INPUT",
      `more than ${EXPORT_ROWS_AT_MOST} differences; narrow the days, the account, the class or the state`,
      { details: { rowsAtMost: EXPORT_ROWS_AT_MOST } },
    );
  }
  const days = [...new Set([filter.fromDay, filter.toDay])].filter((day) => day !== undefined);
  return {
    name: ["payhub-differences", ...days].join("-"),
    title: language === "en" ? "differences" : "差错",
    columns: COLUMNS,
    rows: rowsOf(ctx, viewer, { filter, language }),
  };
}

async function* rowsOf(
  ctx: ServiceContext,
  viewer: Viewer,
  { filter, language }: { filter: DifferenceFilter; language: ExportLanguage },
): AsyncGenerator<Cell[][]> {
  let after: DifferenceCursor | undefined;
  for (let left = EXPORT_ROWS_AT_MOST; left > 0; ) {
    const page = await listDifferences(ctx.store.db, { filter, after, limit: Math.min(ROWS_AT_ONCE, left) });
    after = page.at(-1);
    if (after === undefined) return;
    left -= page.length;
    yield page.map((difference) => rowOf(differenceSeenBy(viewer, difference), language));
  }
}

function rowOf(difference: Difference, language: ExportLanguage): Cell[] {
  return [
    difference.differenceNo,
    difference.businessDay,
    difference.merchantNo,
    difference.accountNo,
    difference.channel,
    difference.appId,
    wordFor("class", difference.differenceClass, language),
    wordFor("state", difference.differenceState, language),
    wordFor("cause", difference.cause, language),
    wordFor("fix", difference.proposedFix, language),
    difference.delta,
    difference.paymentNo,
    difference.outTradeNo,
    difference.channelTradeNo,
    difference.outRefundNo,
    ...cellsOfLine(difference.billLine, language),
    ...cellsOfBooks(difference.bookSide, language),
    difference.facts && factsText(difference.facts),
    difference.assignee,
    difference.endedBy,
  ];
}

function cellsOfLine(line: BillLine | null, language: ExportLanguage): Cell[] {
  if (line === null) return [null, null, null, null, null, null];
  return [
    line.lineNo,
    wordFor("kind", line.kind, language),
    line.amount,
    line.fee,
    wordFor("lineStatus", line.status, language),
    isoShanghai(line.occurredAt),
  ];
}

function cellsOfBooks(side: BookSide | null, language: ExportLanguage): Cell[] {
  if (side === null) return [null, null, null, null, null, null];
  return [
    wordFor("kind", side.kind, language),
    side.number,
    side.amount,
    side.chargedAmount,
    side.status,
    side.occurredAt === null ? null : isoShanghai(side.occurredAt),
  ];
}

function factsText(facts: NonNullable<Difference["facts"]>): string {
  // JSON columns do not keep the order of keys everywhere.
  const names = Object.keys(facts).sort();
  return names.map((name) => `${name}=${facts[name]}`).join("; ");
}
