import { type BillLine, feeExcess, moneyOf } from "@payhub/domain";
import { endOfAgreeing, lineOfText } from "./line-text.ts";
import { kindOfRecord, recordOfText } from "./record-text.ts";
import type { Totals } from "./totals.ts";

/** One record of ours in a part, as the text that {@link recordOfText} reads: most are only compared. */
export interface PartRecord {
  text: string;
  /** How many lines of the bill are about it. */
  lines: number;
}

/** Both sides of one part, when what plainly agrees has been counted. */
export interface ComparedPart {
  /** Rows of both sides. */
  count: number;
  records: readonly PartRecord[];
  /** Those of the orders of the lines below. */
  concerned: readonly PartRecord[];
  /** Lines that need a closer look. */
  leftovers: BillLine[];
  /** Lines that stand in the bill before, each with which copy it is. */
  copies: { line: BillLine; ordinal: number }[];
}

interface Terms {
  feeRate: number | null;
  totals: Totals;
}

/** Compares a part's rows with its records; counts what agrees to the letter and leaves the rest. */
export function comparePart(
  { rows, records: texts }: { rows: Iterable<string>; records: Iterable<string> },
  { feeRate, totals }: Terms,
): ComparedPart {
  const records: PartRecord[] = [];
  const agreeing = new Map<string, PartRecord>();
  for (const text of texts) {
    const end = endOfAgreeing(text);
    const record = { text, lines: 0 };
    totals.takeRecord(fieldAfter(text, end), kindOfRecord(text), amountBefore(text, end));
    records.push(record);
    agreeing.set(text.slice(0, end), record);
  }
  const rest: BillLine[] = [];
  let count = records.length;
  for (const row of rows) {
    count++;
    const end = endOfAgreeing(row);
    const record = agreeing.get(row.slice(0, end));
    const money = record && record.lines === 0 ? moneyAt(row, end, kindOfRecord(record.text)) : undefined;
    if (!record || !money || !isPlain(money, feeRate)) {
      rest.push(lineOfText(row));
      continue;
    }
    record.lines = 1;
    totals.takeLine(fieldAfter(record.text, end), money, true);
  }
  const concerned = recordsOf(new Set(rest.map(({ outTradeNo }) => outTradeNo)), records);
  return { count, records, concerned, ...tellCopies(rest, concerned) };
}

// One fen may stand for another amount.
const ONE_FEN = 1;

type Money = Pick<BillLine, "amount" | "fee" | "status"> & { kind: "payment" | "refund" };

function moneyAt(row: string, end: number, kind: Money["kind"]): Money {
  return { kind, status: "succeeded", amount: amountBefore(row, end), fee: Number(fieldAfter(row, end)) };
}

function amountBefore(text: string, end: number): number {
  return Number(text.slice(text.lastIndexOf("\t", end - 1) + 1, end));
}

function fieldAfter(text: string, end: number): string {
  return text.slice(end + 1, text.indexOf("\t", end + 1));
}

function isPlain(money: Money, feeRate: number | null): boolean {
  if (money.amount === ONE_FEN) return false;
  return feeRate === null || feeExcess(money, feeRate) === 0;
}

/** Parts the lines that the bill has already from those that it has not, those that plainly agreed among the former. */
function tellCopies(
  rest: readonly BillLine[],
  concerned: readonly PartRecord[],
): Pick<ComparedPart, "leftovers" | "copies"> {
  const leftovers: BillLine[] = [];
  const copies: ComparedPart["copies"] = [];
  const seen = new Map<string, number>();
  for (const { text, lines } of concerned) {
    const { refundNo, attemptNo, channelTradeNo } = recordOfText(text);
    if (lines > 0)
      seen.set(refundNo === "" ? `payment ${attemptNo} ${channelTradeNo}` : `refund ${attemptNo} ${refundNo}`, lines);
  }
  for (const line of rest) {
    const key = keyOf(line);
    const ordinal = seen.get(key) ?? 0;
    seen.set(key, ordinal + 1);
    if (ordinal > 0) copies.push({ line, ordinal });
    else leftovers.push(line);
  }
  return { leftovers, copies };
}

function keyOf({ kind, outTradeNo, channelTradeNo, outRefundNo, channelRefundNo }: BillLine): string {
  if (kind !== "refund") return `${kind} ${outTradeNo} ${channelTradeNo}`;
  return outRefundNo === null
    ? `refund of ${channelTradeNo} ${channelRefundNo}`
    : `refund ${outTradeNo} ${outRefundNo}`;
}

function recordsOf(orders: ReadonlySet<string>, records: readonly PartRecord[]): PartRecord[] {
  return orders.size === 0 ? [] : records.filter(({ text }) => orders.has(orderOf(text)));
}

function orderOf(text: string): string {
  return text.slice(0, text.indexOf("\t"));
}

/** What the rows of some orders bring and give back in all, in fen. */
export function moneyByOrder(
  rows: Iterable<string>,
  orders: ReadonlySet<string>,
): Map<string, { paid: number; givenBack: number }> {
  const sums = new Map<string, { paid: number; givenBack: number }>();
  for (const row of rows) {
    const outTradeNo = orderOf(row);
    if (!orders.has(outTradeNo)) continue;
    const money = moneyOf(lineOfText(row));
    const sum = sums.get(outTradeNo) ?? { paid: 0, givenBack: 0 };
    if (money > 0) sum.paid += money;
    else sum.givenBack -= money;
    sums.set(outTradeNo, sum);
  }
  return sums;
}
