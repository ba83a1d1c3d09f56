import type { BillLine } from "./bill-lines.ts";
import type { BillType } from "./bill-request.ts";
import { billBytes, billTime, feeYuan, plainText, yuan } from "./bill-text.ts";

type Column = readonly [name: string, value: (line: BillLine) => string];

const isPayment = ({ kind }: BillLine) => kind === "payment";
const paid = (line: BillLine) => (isPayment(line) ? line.amount : 0);
const returned = (line: BillLine) => (isPayment(line) ? 0 : line.amount);

const head: readonly Column[] = [
  ["交易时间", ({ at }) => billTime(at)],
  ["公众账号ID", ({ appid }) => appid],
  ["商户号", ({ mchid }) => mchid],
  ["特约商户号", ({ subMchid }) => subMchid ?? "0"],
  ["设备号", () => ""],
  ["微信订单号", ({ transactionId }) => transactionId],
  ["商户订单号", ({ outTradeNo }) => outTradeNo],
  ["用户标识", ({ openid }) => openid],
  ["交易类型", ({ tradeType }) => tradeType],
  ["交易状态", tradeStateOf],
  ["付款银行", ({ bankType }) => bankType],
  ["货币种类", () => "CNY"],
  ["应结订单金额", (line) => yuan(paid(line))],
  ["代金券金额", () => "0.00"],
];

const refundTimes: readonly Column[] = [
  ["退款申请时间", (line) => (isPayment(line) ? "" : billTime(line.at))],
  ["退款成功时间", ({ refundedAt }) => (refundedAt === undefined ? "" : billTime(refundedAt))],
];

const refund: readonly Column[] = [
  ["微信退款单号", ({ refundId }) => refundId ?? "0"],
  ["商户退款单号", ({ outRefundNo }) => outRefundNo ?? "0"],
  ["退款金额", (line) => yuan(returned(line))],
  ["充值券退款金额", () => "0.00"],
  ["退款类型", ({ refundType }) => refundType ?? ""],
  ["退款状态", (line) => (isPayment(line) ? "" : line.status)],
];

const goods: readonly Column[] = [
  ["商品名称", ({ description }) => plainText(description)],
  ["商户数据包", ({ attach }) => plainText(attach)],
  ["手续费", ({ fee }) => feeYuan(fee)],
  ["费率", ({ feeRate }) => `${yuan(feeRate)}%`],
  ["订单金额", (line) => yuan(paid(line))],
];

const asked: Column = ["申请退款金额", (line) => yuan(returned(line))];
const rateRemark: Column = ["费率备注", () => ""];

const columns: Readonly<Record<BillType, readonly Column[]>> = {
  ALL: [...head, ...refund, ...goods, asked, rateRemark],
  SUCCESS: [...head, ...goods, rateRemark],
  REFUND: [...head, ...refundTimes, ...refund, ...goods, asked, rateRemark],
};

/** A refund's own state stands in a column of its own; the words of an order's state are SUCCESS, REFUND and REVOKED. */
function tradeStateOf({ kind, status }: BillLine): string {
  switch (kind) {
    case "payment":
      return status;
    case "refund":
      return "REFUND";
    case "reversal":
      return "REVOKED";
  }
}

/** Whether a line stands in this type of bill; what was reversed stands in the whole one only. */
export function isInTradeBill({ kind }: BillLine, billType: BillType): boolean {
  switch (billType) {
    case "ALL":
      return true;
    case "SUCCESS":
      return kind === "payment";
    case "REFUND":
      return kind === "refund";
  }
}

/**
 * The trade bill of these lines; its sum of money is off by `sumError` fen.
 * https://pay.weixin.qq.com/docs/merchant/products/bill-download/format-trade.html
 */
export function tradeBill(
  lines: readonly BillLine[],
  { billType, sumError = 0 }: { billType: BillType; sumError?: number },
): Buffer {
  const sum = (of: (line: BillLine) => number) => lines.reduce((total, line) => total + of(line), 0);
  const gaveBack = yuan(sum(returned) + (billType === "REFUND" ? sumError : 0));
  const took = yuan(sum(paid) + (billType === "REFUND" ? 0 : sumError));
  const fees = feeYuan(sum(({ fee }) => fee));
  const summary: readonly (readonly [string, string])[] =
    billType === "SUCCESS"
      ? [
          ["总交易单数", String(lines.length)],
          ["应结订单总金额", yuan(sum(paid))],
          ["手续费总金额", fees],
          ["订单总金额", took],
        ]
      : [
          ["总交易单数", String(lines.length)],
          ["应结订单总金额", yuan(sum(paid))],
          ["退款总金额", yuan(sum(returned))],
          ["充值券退款总金额", "0.00"],
          ["手续费总金额", fees],
          ["订单总金额", took],
          ["申请退款总金额", gaveBack],
        ];
  return billBytes({
    header: columns[billType].map(([name]) => name),
    rows: lines.map((line) => ({ values: columns[billType].map(([, value]) => value(line)), isTorn: line.isTorn })),
    summaryHeader: summary.map(([name]) => name),
    summary: summary.map(([, value]) => value),
  });
}
