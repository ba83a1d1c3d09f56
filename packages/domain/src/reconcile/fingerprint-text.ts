import type { BillLine } from "../bill.ts";
import type { BookSide, Difference } from "../difference.ts";

/** What makes a difference the same one when it is found again. */
export interface FingerprintParts extends Pick<Difference, "differenceClass" | "billLine" | "bookSide" | "facts"> {
  /** Which one of several that look alike, as the third copy of a line; 0 for the first or only one. */
  ordinal: number;
}

/**
 * What a difference's fingerprint is the hash of: its class, the line, and which record of ours stands against it. Where a line
 * stands and when something happened are no part of it, nor how our record ended: asking the channel may move it, and a fee's line
 * from an order to held money.
 */
export function fingerprintText({ differenceClass, billLine, bookSide, facts, ordinal }: FingerprintParts): string {
  const against = differenceClass === "fee_mismatch" ? null : bookSide;
  return JSON.stringify([differenceClass, billLine && ofLine(billLine), against && ofBooks(against), facts, ordinal]);
}

function ofLine({ kind, outTradeNo, channelTradeNo, outRefundNo, channelRefundNo, amount, fee, status }: BillLine) {
  return [kind, outTradeNo, channelTradeNo, outRefundNo, channelRefundNo, amount, fee, status];
}

function ofBooks({ kind, number, chargedAmount }: BookSide) {
  return [kind, number, chargedAmount];
}
