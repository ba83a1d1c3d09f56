import type { Channel } from "./channel.ts";

/** A trade bill lists what was traded; a fund-flow bill how the balance moved. */
export type BillKind = "trade" | "fund_flow";

/** Which lines of a bill a spoil concerns: those of one order, or of one of its refunds. */
export interface BillMatch {
  outTradeNo: string;
  /** The refund's line instead of the payment's. */
  outRefundNo?: string;
}

/** What is wrong with a bill. Sums, hash and archive agree with the spoiled lines, unless the spoil is about them. Amounts in fen. */
export type BillSpoil =
  /** The line is left out. */
  | { kind: "drop"; match: BillMatch }
  /** A payment stands in it that was never made. */
  | { kind: "add"; outTradeNo: string; amount: number }
  | { kind: "amount"; match: BillMatch; amount: number }
  /** The channel's own word in the column of the state. */
  | { kind: "status"; match: BillMatch; status: string }
  | { kind: "fee"; match: BillMatch; fee: number }
  /** The line stands in it once more, at the end. */
  | { kind: "duplicate"; match: BillMatch }
  /** The line ends after its first half. */
  | { kind: "malformed"; match: BillMatch }
  /** The bill's own sum of money is wrong by that many fen. */
  | { kind: "sum"; by: number }
  /** The file ends after that part of its uncompressed bytes, 0 to 1. */
  | { kind: "cut"; at: number }
  /** WeChat Pay: another hash is stated. Alipay: a byte of the archive is turned. */
  | { kind: "wrong_hash" }
  /** Asked for this many times, it is still being made. */
  | { kind: "not_ready"; times: number }
  /** That many uncompressed bytes of filler follow, which compress to almost nothing. */
  | { kind: "huge"; bytes: number };

/** Spoils the bills that the simulators issue. */
export interface Bills {
  /** Spoils one bill in one more way, until it is issued anew by `reissue`. */
  spoil(options: { channel: Channel; billKind: BillKind; businessDay: string; spoil: BillSpoil }): void;
  /** Forgets the spoils of a bill, as a channel that issues it anew. */
  reissue(options: { channel: Channel; billKind: BillKind; businessDay: string }): void;
}
