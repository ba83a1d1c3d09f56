import { type BillLine, feeExcess, moneyOf } from "@payhub/domain";
import { endOfAgreeing, lineOfText } from "./line-text.ts";
import type { Totals } from "./totals.ts";

/** One record of ours in a part. */
export interface PartRecord {
  attemptNo: string;
  /** Empty for a payment. */
  refundNo: string;
  channelTradeNo: string;
  appId: string;
  at: number;
  /** How many lines of the bill are about it. */
  lines: number;
}

/** Both sides of one part, when what plainly agrees has been counted. */
export interface ComparedPart {
  records: readonly PartRecord[];
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
  { rows, records: texts }: { rows: readonly string[]; records: readonly string[] },
  { feeRate, totals }: Terms,
): ComparedPart {
  const records: PartRecord[] = [];
  const agreeing = new Map<string, PartRecord>();
  for (const text of texts) {
    const { record, chargedAmount } = recordOf(text);
    totals.takeRecord(record.appId, record.refundNo === "" ? "payment" : "refund", chargedAmount);
    records.push(record);
    agreeing.set(text.slice(0, endOfAgreeing(text)), record);
  }
  const rest: BillLine[] = [];
  for (const row of rows) {
    const end = endOfAgreeing(row);
    const record = agreeing.get(row.slice(0, end));
    const money = record && record.lines === 0 ? moneyAt(row, end, record) : undefined;
    if (!record || !money || !isPlain(money, feeRate)) {
      rest.push(lineOfText(row));
      continue;
    }
    record.lines = 1;
    totals.takeLine(record.appId, money, true);
  }
  return { records, ...tellCopies(rest, records) };
}

// One fen may stand for another amount.
const ONE_FEN = 1;

type Money = Pick<BillLine, "amount" | "fee" | "status"> & { kind: "payment" | "refund" };

function moneyAt(row: string, end: number, { refundNo }: PartRecord): Money {
  const amount = Number(row.slice(row.lastIndexOf("\t", end - 1) + 1, end));
  const fee = Number(row.slice(end + 1, row.indexOf("\t", end + 1)));
  return { kind: refundNo === "" ? "payment" : "refund", status: "succeeded", amount, fee };
}

function isPlain(money: Money, feeRate: number | null): boolean {
  if (money.amount === ONE_FEN) return false;
  return feeRate === null || feeExcess(money, feeRate) === 0;
}

/** Parts the lines that the bill has already from those that it has not, those that plainly agreed among the former. */
function tellCopies(
  rest: readonly BillLine[],
  records: readonly PartRecord[],
): Pick<ComparedPart, "leftovers" | "copies"> {
  const leftovers: BillLine[] = [];
  const copies: ComparedPart["copies"] = [];
  if (rest.length === 0) return { leftovers, copies };
  const seen = new Map<string, number>();
  for (const { refundNo, attemptNo, channelTradeNo, lines } of records) {
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

function recordOf(text: string): { record: PartRecord; chargedAmount: number } {
  const [attemptNo = "", refundNo = "", channelTradeNo = "", chargedAmount, appId = "", , at] = text.split("\t");
  return {
    record: { attemptNo, refundNo, channelTradeNo, appId, at: Number(at), lines: 0 },
    chargedAmount: Number(chargedAmount),
  };
}

/** What the rows of some orders bring and give back in all, in fen. */
export function moneyByOrder(
  rows: readonly string[],
  orders: ReadonlySet<string>,
): Map<string, { paid: number; givenBack: number }> {
  const sums = new Map<string, { paid: number; givenBack: number }>();
  for (const row of rows) {
    const outTradeNo = row.slice(0, row.indexOf("\t"));
    if (!orders.has(outTradeNo)) continue;
    const money = moneyOf(lineOfText(row));
    const sum = sums.get(outTradeNo) ?? { paid: 0, givenBack: 0 };
    if (money > 0) sum.paid += money;
    else sum.givenBack -= money;
    sums.set(outTradeNo, sum);
  }
  return sums;
}
