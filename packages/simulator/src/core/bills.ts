import type { Channel } from "./channel.ts";

/** A trade bill lists what was traded; a fund-flow bill how the balance moved. */
export type BillKind = "trade" | "fund_flow";

/** Which line of a bill a spoil concerns: an order's payment, unless it names one of the order's refunds or its reversal. */
export interface BillMatch {
  outTradeNo: string;
  /** The refund's line instead of the payment's. */
  outRefundNo?: string;
  /** The line that took a reversed or cancelled payment back, instead of the payment's. */
  isReversal?: true;
}

/**
 * What is wrong with a bill. Sums, hash and archive agree with the spoiled lines, unless the spoil is about them. Amounts in fen.
 * One that matches no line changes nothing.
 */
export type BillSpoil =
  /** The line is left out. */
  | { kind: "drop"; match: BillMatch }
  /** A payment stands in it that was never made. */
  | { kind: "add"; outTradeNo: string; amount: number }
  | { kind: "amount"; match: BillMatch; amount: number }
  /** The channel's own word in the column of the state; in a fund-flow bill that of the movement's kind. */
  | { kind: "status"; match: BillMatch; status: string }
  | { kind: "fee"; match: BillMatch; fee: number }
  /** The line stands in it once more, at the end. */
  | { kind: "duplicate"; match: BillMatch }
  /** The line ends after its first half; it still counts in the sums. */
  | { kind: "malformed"; match: BillMatch }
  /** The bill's own sum of money is wrong by that many fen. */
  | { kind: "sum"; by: number }
  /** The file ends after that part of its uncompressed bytes, 0 to 1; hash and archive are those of what is left. */
  | { kind: "cut"; at: number }
  /** WeChat Pay: another hash is stated. Alipay: a byte of the archive is turned. */
  | { kind: "wrong_hash" }
  /** Asked for this many times more, it is still being made. */
  | { kind: "not_ready"; times: number }
  /** That many uncompressed bytes of filler follow, which compress to almost nothing. */
  | { kind: "huge"; bytes: number };

/** Spoils the bills that the simulators issue. A bill says what was known when it was first asked for, until it is issued anew. */
export interface Bills {
  /** Spoils a day's bills in one more way, from now on and until they are issued anew; those of one merchant when it is named. */
  spoil(options: {
    channel: Channel;
    billKind: BillKind;
    businessDay: string;
    merchantId?: string;
    spoil: BillSpoil;
  }): void;
  /** Forgets what the day's bills said and how they were spoiled, as a channel that issues them anew. */
  reissue(options: { channel: Channel; billKind: BillKind; businessDay: string }): void;
}
