import { createHash } from "node:crypto";
import { beijingTime } from "./beijing-time.ts";
import { yuanOfFen } from "./yuan.ts";

/** Whose bill of which time it is, and when it was written; times in epoch ms. */
export type BillHead = {
  /** The seller's number and `0156`: his account. */
  account: string;
  from: number;
  to: number;
  exportedAt: number;
};

/** One file of a bill: a table between comment lines. */
export type BillTable = {
  title: string;
  /** What stands between the dashes, and how many they are before and after it. */
  list: string;
  dashes: { begin: readonly [number, number]; end: readonly [number, number] };
  columns: string;
  rows: readonly string[];
  totals: readonly string[];
};

/** The text of one file of a bill, every line ended by CR LF. */
export function renderTable({ account, from, to, exportedAt }: BillHead, table: BillTable): string {
  const { title, list, dashes, columns, rows, totals } = table;
  const separator = (text: string, [before, after]: readonly [number, number]) =>
    `#${"-".repeat(before)}${text}${"-".repeat(after)}`;
  return [
    `#${title}`,
    `#账号：[${account}]`,
    `#起始日期：[${chineseTime(from)}]   终止日期：[${chineseTime(to)}]`,
    separator(list, dashes.begin),
    columns,
    ...rows,
    separator(`${list}结束`, dashes.end),
    ...totals.map((line) => `#${line}`),
    `#导出时间：[${chineseTime(exportedAt)}]`,
    "",
  ].join("\r\n");
}

/** A row of a table; a cell with a comma or a quote is quoted, and line breaks become spaces. A torn row is only its first half. */
export function renderRow(cells: readonly string[], { isTorn = false }: { isTorn?: boolean | undefined } = {}): string {
  const row = cells
    .map((cell) => cell.replace(/[\r\n]+/g, " "))
    .map((cell) => (/[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell))
    .join(",");
  return isTorn ? row.slice(0, row.length / 2) : row;
}

/** A cell that ends with a tab, so that spreadsheets take it for text. */
export function tabbed(text: string): string {
  return `${text}\t`;
}

/** Yuan of fen that may be negative: -53 → `-0.53`. */
export function signedYuan(fen: number): string {
  return fen < 0 ? `-${yuanOfFen(-fen)}` : yuanOfFen(fen);
}

/** The digits, 15 at most, that a text always gives. */
export function digitsOf(text: string, count: number): string {
  const hash = createHash("sha256").update(text).digest().readBigUInt64BE();
  return String(hash % 10n ** BigInt(count)).padStart(count, "0");
}

/** `2026年11月20日 00:00:00`. */
function chineseTime(epochMs: number): string {
  return beijingTime(epochMs).replace(/^(\d+)-(\d+)-(\d+)/, "$1年$2月$3日");
}
