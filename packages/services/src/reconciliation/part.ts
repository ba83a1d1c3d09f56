import { type BillLine, feeExcess, moneyOf } from "@payhub/domain";
import { LINE, lineOfFields } from "./line-text.ts";
import type { Totals } from "./totals.ts";

/** One record of ours in a part. */
export interface PartRecord {
  attemptNo: string;
  /** Empty for a payment. */
  refundNo: string;
  channelTradeNo: string;
  /** Fen, as text: most records are only compared. */
  chargedAmount: string;
  appId: string;
  at: number;
  /** Whether a line of the bill is about it. */
  isSeen: boolean;
}

/** Both sides of one part, when what plainly agrees has been counted. */
export interface ComparedPart {
  payments: ReadonlyMap<string, PartRecord>;
  refunds: ReadonlyMap<string, PartRecord>;
  /** Lines that need a closer look. */
  leftovers: BillLine[];
  /** Lines that stand in the bill before, each with which copy it is. */
  copies: { line: BillLine; ordinal: number }[];
}

// One fen may stand for another amount.
const ONE_FEN = "1";

/** Compares a part's rows with its records; counts what agrees to the letter and leaves the rest. */
export function comparePart(
  { rows, records }: { rows: readonly string[]; records: readonly string[] },
  { feeRate, totals }: { feeRate: number | null; totals: Totals },
): ComparedPart {
  const payments = new Map<string, PartRecord>();
  const refunds = new Map<string, PartRecord>();
  for (const text of records) {
    const record = recordOf(text);
    const isRefund = record.refundNo !== "";
    totals.takeRecord(record.appId, isRefund ? "refund" : "payment", Number(record.chargedAmount));
    if (isRefund) refunds.set(record.refundNo, record);
    else payments.set(record.attemptNo, record);
  }
  const leftovers: BillLine[] = [];
  const copies: ComparedPart["copies"] = [];
  const seen = new Map<string, number>();

  function recordFor(fields: readonly string[]): PartRecord | undefined {
    const outTradeNo = fields[LINE.outTradeNo] ?? "";
    const amount = fields[LINE.amount];
    if (amount === ONE_FEN) return undefined;
    if (fields[LINE.kind] === "payment") {
      const record = payments.get(outTradeNo);
      if (fields[LINE.status] !== "succeeded" || record?.channelTradeNo !== fields[LINE.channelTradeNo])
        return undefined;
      return record?.chargedAmount === amount ? record : undefined;
    }
    if (fields[LINE.kind] !== "refund" || fields[LINE.status] === "failed") return undefined;
    const record = refunds.get(fields[LINE.outRefundNo] ?? "");
    return record?.chargedAmount === amount && record?.attemptNo === outTradeNo ? record : undefined;
  }

  function takeRow(row: string): void {
    const fields = row.split("\t");
    const key = `${fields[LINE.kind]}\t${fields[LINE.channelTradeNo]}\t${fields[LINE.outRefundNo]}`;
    const ordinal = seen.get(key) ?? 0;
    seen.set(key, ordinal + 1);
    if (ordinal > 0) {
      copies.push({ line: lineOfFields(fields), ordinal });
      return;
    }
    const record = recordFor(fields);
    const kind = fields[LINE.kind] === "payment" ? "payment" : "refund";
    const money = {
      kind,
      status: "succeeded",
      amount: Number(fields[LINE.amount]),
      fee: Number(fields[LINE.fee]),
    } as const;
    if (!record || (feeRate !== null && feeExcess(money, feeRate) !== 0)) {
      leftovers.push(lineOfFields(fields));
      return;
    }
    record.isSeen = true;
    totals.takeLine(record.appId, money, true);
  }

  for (const row of rows) takeRow(row);
  return { payments, refunds, leftovers, copies };
}

function recordOf(text: string): PartRecord {
  const [attemptNo = "", refundNo = "", channelTradeNo = "", chargedAmount = "", appId = "", , at] = text.split("\t");
  return { attemptNo, refundNo, channelTradeNo, chargedAmount, appId, at: Number(at), isSeen: false };
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
    const money = moneyOf(lineOfFields(row.split("\t")));
    const sum = sums.get(outTradeNo) ?? { paid: 0, givenBack: 0 };
    if (money > 0) sum.paid += money;
    else sum.givenBack -= money;
    sums.set(outTradeNo, sum);
  }
  return sums;
}
