import type { BillLine } from "@payhub/domain";

const NUMBER_CHARACTERS = 64;
// A tab or a line break would make two fields or two rows of one.
const CONTROL = /\p{Cc}/u;

/** Why a line's numbers can be neither compared nor stored, where they cannot. */
export function faultOf({ outTradeNo, channelTradeNo, outRefundNo, channelRefundNo }: BillLine): string | undefined {
  const longest = Math.max(
    outTradeNo.length,
    channelTradeNo.length,
    outRefundNo?.length ?? 0,
    channelRefundNo?.length ?? 0,
  );
  if (longest > NUMBER_CHARACTERS) return `a number of more than ${NUMBER_CHARACTERS} characters`;
  const numbers = `${outTradeNo}${channelTradeNo}${outRefundNo ?? ""}${channelRefundNo ?? ""}`;
  return CONTROL.test(numbers) ? "a number with a control character" : undefined;
}

// Refund numbers have no control character, so that no record agrees with a line that has this.
const NEVER = "\u0001";

/**
 * A line as one row of a part. It begins as the record that would plainly agree with it does: order, refund, trade and amount, as a
 * refund's record names no trade and a payment's no refund.
 */
export function textOfLine(line: BillLine): string {
  const { outTradeNo, kind, channelTradeNo, outRefundNo, channelRefundNo, amount, fee, status, occurredAt } = line;
  let agreeing = `${NEVER}\t`;
  if (kind === "payment" && status === "succeeded") agreeing = `\t${channelTradeNo}`;
  else if (kind === "refund" && status !== "failed" && outRefundNo !== null) agreeing = `${outRefundNo}\t`;
  return `${outTradeNo}\t${agreeing}\t${amount}\t${fee}\t${kind}\t${channelTradeNo}\t${outRefundNo ?? ""}\t${channelRefundNo ?? ""}\t${status}\t${occurredAt}\t${line.lineNo}`;
}

/** Where the part of a row or record ends that an agreeing other side has too. */
export function endOfAgreeing(text: string): number {
  let at = -1;
  for (let field = 0; field < AGREEING_FIELDS; field++) at = text.indexOf("\t", at + 1);
  return at;
}

const AGREEING_FIELDS = 4;

/** Reads a row of {@link textOfLine}. */
export function lineOfText(text: string): BillLine {
  const [
    outTradeNo = "",
    ,
    ,
    amount,
    fee,
    kind,
    channelTradeNo = "",
    outRefundNo,
    channelRefundNo,
    status,
    at,
    lineNo,
  ] = text.split("\t");
  return {
    lineNo: Number(lineNo),
    kind: kind === "payment" || kind === "refund" ? kind : "reversal",
    outTradeNo,
    channelTradeNo,
    outRefundNo: outRefundNo || null,
    channelRefundNo: channelRefundNo || null,
    amount: Number(amount),
    fee: Number(fee),
    status: status === "succeeded" || status === "processing" ? status : "failed",
    occurredAt: Number(at),
  };
}
