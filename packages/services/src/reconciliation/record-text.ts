/** A record's fields that more than comparing needs. */
export interface BookRecord {
  attemptNo: string;
  /** Empty for a payment. */
  refundNo: string;
  /** Empty for a refund. */
  channelTradeNo: string;
  at: number;
}

/** Reads a record's text, as the store gives it. */
export function recordOfText(text: string): BookRecord {
  const [attemptNo = "", refundNo = "", channelTradeNo = "", , , at] = text.split("\t");
  return { attemptNo, refundNo, channelTradeNo, at: Number(at) };
}

/** Whether a record's text is that of a payment or of a refund, which has a second number. */
export function kindOfRecord(text: string): "payment" | "refund" {
  return text.startsWith("\t", text.indexOf("\t") + 1) ? "payment" : "refund";
}
