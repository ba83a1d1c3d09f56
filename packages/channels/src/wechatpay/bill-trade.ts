import { type BillLine, CURRENCY } from "@payhub/domain";
import { type Columns, columnOf, optionalColumnOf, wordIn, wordTable } from "./bill-columns.ts";
import { type LineReader, STRANGER } from "./bill-read.ts";
import type { Row } from "./bill-row.ts";
import type { WechatpayCredentials } from "./credentials.ts";

const KINDS = wordTable({ SUCCESS: "payment", REFUND: "refund", REVOKED: "reversal" } as const);

/** `CHANGE`: the payer's account could not take it and people must finish it, so it has not ended. */
const REFUND_STATES = wordTable({
  SUCCESS: "succeeded",
  PROCESSING: "processing",
  CHANGE: "processing",
  FAIL: "failed",
} as const);

const NONE = wordTable({ "": true, "0": true } as const);
const CNY = Buffer.from(CURRENCY);

/** Which column each sum of money adds up. */
const SUMS = [
  ["应结订单总金额", "应结订单金额"],
  ["退款总金额", "退款金额"],
  ["充值券退款总金额", "充值券退款金额"],
  ["手续费总金额", "手续费"],
  ["订单总金额", "订单金额"],
  ["申请退款总金额", "申请退款金额"],
] as const;

/**
 * Reads the lines of a trade bill of all kinds, in any order of columns.
 * Source: https://pay.weixin.qq.com/docs/merchant/products/bill-download/format-trade.html
 */
export function tradeLineReader(
  columns: Columns,
  { mchid, subMchid }: Pick<WechatpayCredentials, "mchid" | "subMchid">,
): LineReader<BillLine> {
  const at = tradeColumns(columns, { hasSubMerchant: subMchid !== undefined });
  const own = Buffer.from(mchid);
  const sub = subMchid === undefined ? NONE : wordTable({ [subMchid]: true });
  const sums = SUMS.flatMap(([name, column]) => {
    const index = columns.get(column);
    return index === undefined ? [] : [{ name, column, index, counted: 0, now: 0, isMoney: true }];
  });

  function read(row: Row, lineNo: number): BillLine | string {
    if (!row.is(at.mchid, own)) return STRANGER;
    if (at.subMchid !== undefined && !wordIn(row, at.subMchid, sub)) return STRANGER;
    if (at.currency !== undefined && !row.is(at.currency, CNY)) return "the currency is not CNY";
    for (const sum of sums) {
      sum.now = row.fen(sum.index);
      if (Number.isNaN(sum.now)) return `${sum.column} is no amount of whole fen`;
    }
    const line = lineFrom(row, lineNo, at);
    if (typeof line !== "string") for (const sum of sums) sum.counted += sum.now;
    return line;
  }
  return { countName: "总交易单数", read, sums: () => sums };
}

/** Old merchants' bills lack the newer columns of amounts, and have one of the older names instead. */
function tradeColumns(columns: Columns, { hasSubMerchant }: { hasSubMerchant: boolean }) {
  const subColumn = hasSubMerchant ? columnOf : optionalColumnOf;
  return {
    time: columnOf(columns, "交易时间"),
    mchid: columnOf(columns, "商户号"),
    subMchid: subColumn(columns, "特约商户号", "子商户号"),
    currency: optionalColumnOf(columns, "货币种类"),
    tradeNo: columnOf(columns, "微信订单号"),
    outTradeNo: columnOf(columns, "商户订单号"),
    state: columnOf(columns, "交易状态"),
    amount: columnOf(columns, "订单金额", "总金额", "应结订单金额"),
    refundId: columnOf(columns, "微信退款单号"),
    outRefundNo: columnOf(columns, "商户退款单号"),
    refundAmount: columnOf(columns, "申请退款金额", "退款金额"),
    refundState: columnOf(columns, "退款状态"),
    fee: columnOf(columns, "手续费"),
  };
}

function lineFrom(row: Row, lineNo: number, at: ReturnType<typeof tradeColumns>): BillLine | string {
  const kind = wordIn(row, at.state, KINDS);
  const occurredAt = row.time(at.time);
  const outTradeNo = row.number(at.outTradeNo);
  const channelTradeNo = row.number(at.tradeNo);
  const stated = row.fen(at.fee);
  if (kind === undefined) return "交易状态 is not known";
  if (Number.isNaN(occurredAt)) return "交易时间 is no time";
  if (outTradeNo === undefined) return "商户订单号 is no number";
  if (channelTradeNo === undefined) return "微信订单号 is no number";
  if (Number.isNaN(stated)) return "手续费 is no amount of whole fen";
  // Written negative where it is given back; nowhere is it said that it always is.
  const fee = kind === "payment" ? stated : 0 - Math.abs(stated);
  const order = { lineNo, kind, outTradeNo, channelTradeNo, fee, occurredAt };
  const isBack = kind === "refund" || (kind === "reversal" && row.fen(at.refundAmount) > 0);
  const amount = row.fen(isBack ? at.refundAmount : at.amount);
  if (!(amount > 0)) return `${isBack ? "申请退款金额" : "订单金额"} is no amount of whole fen above zero`;
  if (kind === "payment") {
    return { ...order, outRefundNo: null, channelRefundNo: null, amount, status: "succeeded" };
  }
  const channelRefundNo = numberOrNone(row, at.refundId);
  if (kind === "reversal") return { ...order, outRefundNo: null, channelRefundNo, amount, status: "succeeded" };
  const outRefundNo = numberOrNone(row, at.outRefundNo);
  const status = wordIn(row, at.refundState, REFUND_STATES);
  if (outRefundNo === null) return "商户退款单号 is no number";
  if (channelRefundNo === null) return "微信退款单号 is no number";
  if (status === undefined) return "退款状态 is not known";
  return { ...order, outRefundNo, channelRefundNo, amount, status };
}

function numberOrNone(row: Row, column: number): string | null {
  return wordIn(row, column, NONE) ? null : (row.number(column) ?? null);
}
