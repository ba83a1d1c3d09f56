import type { BillMatch, BillSpoil } from "./bills.ts";

/** What every channel's line of a bill has, so that it can be spoiled. Amounts in fen. */
export interface SpoilableLine {
  kind: "payment" | "refund" | "reversal";
  outTradeNo: string;
  outRefundNo?: string | undefined;
  amount: number;
  fee: number;
  /** The channel's own word. */
  status: string;
  /** Written to its first half only. */
  isTorn?: boolean;
}

/** The lines as the spoils want them, one spoil after the other; `add` makes the line of a payment that was never made. */
export function spoilLines<Line extends SpoilableLine>(
  lines: readonly Line[],
  { spoils, add }: { spoils: readonly BillSpoil[]; add(payment: { outTradeNo: string; amount: number }): Line },
): Line[] {
  return spoils.reduce((spoiled, spoil) => spoilWith(spoiled, spoil, add), [...lines]);
}

function spoilWith<Line extends SpoilableLine>(
  lines: Line[],
  spoil: BillSpoil,
  add: (payment: { outTradeNo: string; amount: number }) => Line,
): Line[] {
  const change = (match: BillMatch, changed: (line: Line) => Line) =>
    lines.map((line) => (isOf(line, match) ? changed(line) : line));
  switch (spoil.kind) {
    case "drop":
      return lines.filter((line) => !isOf(line, spoil.match));
    case "add":
      return [...lines, add(spoil)];
    case "amount":
      return change(spoil.match, (line) => ({ ...line, amount: spoil.amount }));
    case "status":
      return change(spoil.match, (line) => ({ ...line, status: spoil.status }));
    case "fee":
      return change(spoil.match, (line) => ({ ...line, fee: spoil.fee }));
    case "duplicate":
      return [...lines, ...lines.filter((line) => isOf(line, spoil.match))];
    case "malformed":
      return change(spoil.match, (line) => ({ ...line, isTorn: true }));
    case "sum":
    case "cut":
    case "wrong_hash":
    case "not_ready":
    case "huge":
      return lines;
  }
}

function isOf(line: SpoilableLine, { outTradeNo, outRefundNo, isReversal }: BillMatch): boolean {
  if (line.outTradeNo !== outTradeNo) return false;
  if (isReversal) return line.kind === "reversal";
  return outRefundNo === undefined ? line.kind === "payment" : line.outRefundNo === outRefundNo;
}

/** How far the bill's own sum of money is off, in fen. */
export function sumError(spoils: readonly BillSpoil[]): number {
  return spoils.reduce((sum, spoil) => sum + (spoil.kind === "sum" ? spoil.by : 0), 0);
}
