/** What a merchant pays on a trade when nothing else is agreed, per 10,000. */
export const defaultFeeRate = 60;

/** A channel's fee on an amount, in fen, rounded half up; `feeRate` is per 10,000. */
export function feeOf({ amount, feeRate = defaultFeeRate }: { amount: number; feeRate?: number | undefined }): number {
  return Math.floor((amount * feeRate + 5000) / 10_000);
}
