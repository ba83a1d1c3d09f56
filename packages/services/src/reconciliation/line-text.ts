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

/** A line as one row of a part, its order's number first. */
export function textOfLine(line: BillLine): string {
  const { outTradeNo, kind, channelTradeNo, outRefundNo, channelRefundNo, amount, fee, status, occurredAt } = line;
  return `${outTradeNo}\t${kind}\t${channelTradeNo}\t${outRefundNo ?? ""}\t${channelRefundNo ?? ""}\t${amount}\t${fee}\t${status}\t${occurredAt}\t${line.lineNo}`;
}

/** The fields of a line's row that most lines are compared by. */
export const LINE = {
  outTradeNo: 0,
  kind: 1,
  channelTradeNo: 2,
  outRefundNo: 3,
  amount: 5,
  fee: 6,
  status: 7,
} as const;

/** Reads a row of {@link textOfLine}, split at its tabs. */
export function lineOfFields(fields: readonly string[]): BillLine {
  const [outTradeNo = "", kind, channelTradeNo = "", outRefundNo, channelRefundNo, amount, fee, status, at, lineNo] =
    fields;
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
