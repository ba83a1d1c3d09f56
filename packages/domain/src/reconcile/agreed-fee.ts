import type { BillLine } from "../bill.ts";

const PER = 10_000;
const REFUND_TOLERANCE = 1;

/** The fee that a rate per 10,000 gives for an amount, in fen: rounded to the nearest, half a fen up. */
export function agreedFee(amount: number, feeRate: number): number {
  return Math.floor((amount * feeRate + PER / 2) / PER);
}

/**
 * What a line's fee is more than agreed, in fen; 0 when it is as agreed. A refund returns its part of the fee, which channels round
 * one way or the other.
 */
export function feeExcess({ kind, amount, fee }: Pick<BillLine, "kind" | "amount" | "fee">, feeRate: number): number {
  const agreed = agreedFee(amount, feeRate);
  if (kind === "payment") return fee - agreed;
  const excess = fee + agreed;
  return Math.abs(excess) <= REFUND_TOLERANCE ? 0 : excess;
}
