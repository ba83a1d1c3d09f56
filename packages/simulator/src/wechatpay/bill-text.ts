import { toBeijingRfc3339 } from "./beijing-time.ts";

/** A header line or a line of values as it stands in a bill; the torn ones end after their first half. */
export interface TextRow {
  values: readonly string[];
  isTorn?: boolean | undefined;
}

interface BillText {
  header: readonly string[];
  rows: readonly TextRow[];
  summaryHeader: readonly string[];
  summary: readonly string[];
}

/** A bill's bytes: UTF-8 with BOM, CRLF after every line, a backtick before every value and none in header lines. */
export function billBytes({ header, rows, summaryHeader, summary }: BillText): Buffer {
  const lines = [header.join(","), ...rows.map(toLine), summaryHeader.join(","), toLine({ values: summary })];
  return Buffer.from(`\uFEFF${lines.map((line) => `${line}\r\n`).join("")}`);
}

function toLine({ values, isTorn = false }: TextRow): string {
  const line = values.map((value) => `\`${value}`).join(",");
  return isTorn ? line.slice(0, Math.floor(line.length / 2)) : line;
}

/** Fen as yuan with two places: -6 → `-0.06`. */
export function yuan(fen: number): string {
  const digits = String(Math.abs(fen)).padStart(3, "0");
  return `${fen < 0 ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** Fen as yuan with the five places of a fee: 8 → `0.08000`. */
export const feeYuan = (fen: number) => `${yuan(fen)}000`;

/** Epoch ms as `2026-01-15 10:02:03`, in Beijing. */
export const billTime = (at: number) => toBeijingRfc3339(at).slice(0, 19).replace("T", " ");

/** A merchant's text without what would break a line into others. */
export function plainText(text: string): string {
  return text.replaceAll("\u0001", "").replaceAll("\r", "\\r").replaceAll("\n", "\\n").replaceAll(",", "\\ ");
}
