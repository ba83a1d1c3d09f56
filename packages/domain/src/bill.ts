/** The two files a channel gives for a day: what was traded, and how the account's balance moved. */
export const BILL_KINDS = ["trade", "fund_flow"] as const;
export type BillKind = (typeof BILL_KINDS)[number];

/** One line of a trade bill in the platform's words, whatever its channel wrote. Amounts in fen, times in epoch ms. */
export interface BillLine {
  /** Counted from 1 in the file that people open. */
  lineNo: number;
  /** `reversal`: an order that the merchant revoked after it was paid; the channel names no refund of ours for it. */
  kind: "payment" | "refund" | "reversal";
  outTradeNo: string;
  channelTradeNo: string;
  /** Null for a payment, and for a reversal. */
  outRefundNo: string | null;
  channelRefundNo: string | null;
  /** Always positive: what the order took in all, or what was given back. */
  amount: number;
  /** What the channel keeps of it; negative where it returns a fee. */
  fee: number;
  /** A bill is a picture of its day: a refund that was `processing` then is never written again. */
  status: "succeeded" | "processing" | "failed";
  occurredAt: number;
}

/** One movement of an account's balance. Amounts in fen, times in epoch ms. */
export interface FundFlowLine {
  lineNo: number;
  kind: FundFlowKind;
  direction: "in" | "out";
  amount: number;
  occurredAt: number;
  /** The order's or refund's number that the channel names, where it names one. */
  outNo: string | null;
}

/** What moved a balance; `other` is everything that is no trade, as a withdrawal. */
export const FUND_FLOW_KINDS = ["payment", "fee", "refund", "fee_return", "other"] as const;
export type FundFlowKind = (typeof FUND_FLOW_KINDS)[number];

/** A bill file that was downloaded and kept as it came. */
export interface BillFile {
  accountNo: string;
  businessDay: string;
  billKind: BillKind;
  /** SHA-256 of the stored bytes, in hex: its name in the bill store. */
  digest: string;
  sizeBytes: number;
  /** `refused`: its hash or archive is wrong, kept for inspection; `none`: the channel says that there was no business. */
  billState: "accepted" | "refused" | "none";
  failure: string | null;
  createdAt: number;
  updatedAt: number;
}
