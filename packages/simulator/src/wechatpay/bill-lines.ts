import { createHash } from "node:crypto";
import type { SpoilableLine } from "../core/bill-lines.ts";
import { defaultFeeRate, feeOf } from "../core/fee.ts";
import type { Owner } from "./identity.ts";
import type { Refund, RefundStatus } from "./refund.ts";
import type { Trade, Wechatpay } from "./trade.ts";
import { tradeTypes } from "./trade-body.ts";

/** One line of a bill, as its columns need it; plain JSON, amounts in fen, times in epoch ms. */
export interface BillLine extends SpoilableLine {
  /** When it was paid, or its refund accepted, or it was reversed. */
  at: number;
  appid: string;
  mchid: string;
  subMchid: string | undefined;
  transactionId: string;
  openid: string;
  tradeType: string;
  bankType: string;
  description: string;
  attach: string;
  /** Per 10,000. */
  feeRate: number;
  /** A refund's or a reversal's. */
  refundId?: string;
  refundType?: string;
  refundedAt?: number | undefined;
}

/** Whose lines, and of which times. */
interface BillScope {
  owns(owner: Owner): boolean;
  includes(at: number): boolean;
}

/** What happened in that time: payments by their success, refunds by their acceptance, reversals. In no order that means anything. */
export function billLines(wechatpay: Wechatpay, { owns, includes }: BillScope): BillLine[] {
  const { trades, refunds } = wechatpay;
  const own = trades.list().filter(owns);
  const payments = own.filter(({ paidAt }) => paidAt !== undefined && includes(paidAt));
  const reversals = own.filter(
    ({ paidAt, revokedAt }) => paidAt !== undefined && revokedAt !== undefined && includes(revokedAt),
  );
  const accepted = refunds.list().filter((refund) => owns(refund) && includes(refund.createdAt));
  const lines = [
    ...payments.map((trade) => paymentLine(wechatpay, trade)),
    ...reversals.map((trade) => reversalLine(wechatpay, trade)),
    ...accepted.flatMap((refund) => {
      const trade = trades.find(refund);
      return trade ? [refundLine(wechatpay, trade, refund)] : [];
    }),
  ];
  return lines.sort((a, b) => (shuffleKey(a) < shuffleKey(b) ? -1 : 1));
}

/** Lines come in the same order every time, and in that of no column. */
const shuffleKey = ({ transactionId, refundId = "" }: BillLine) => hex(`${transactionId}${refundId}`);

const hex = (text: string) => createHash("sha1").update(text).digest("hex");

function paymentLine({ merchants }: Wechatpay, trade: Trade): BillLine {
  const { mchid, subMchid, appid, outTradeNo, transactionId = "", openid = "", total, fee = 0 } = trade;
  return {
    kind: "payment",
    outTradeNo,
    amount: total,
    fee,
    status: "SUCCESS",
    at: trade.paidAt ?? 0,
    appid,
    mchid,
    subMchid,
    transactionId,
    openid,
    tradeType: trade.tradeType === "FACEPAY" ? "FACE" : tradeTypes[trade.product],
    bankType: "OTHERS",
    description: trade.description,
    attach: trade.attach ?? "",
    feeRate: merchants.get(mchid)?.feeRate ?? defaultFeeRate,
  };
}

function reversalLine(wechatpay: Wechatpay, trade: Trade): BillLine {
  const payment = paymentLine(wechatpay, trade);
  return {
    ...payment,
    kind: "reversal",
    fee: -payment.fee,
    status: "SUCCESS",
    at: trade.revokedAt ?? 0,
    refundId: `5030${payment.transactionId.slice(4)}1`,
    refundType: "ORIGINAL",
    refundedAt: trade.revokedAt,
  };
}

/**
 * A bill has words of its own for how a refund stands.
 * https://pay.weixin.qq.com/docs/merchant/products/bill-download/format-trade.html
 */
const refundStates: Readonly<Record<RefundStatus, string>> = {
  PROCESSING: "PROCESSING",
  SUCCESS: "SUCCESS",
  CLOSED: "FAIL",
  ABNORMAL: "CHANGE",
};

function refundLine(wechatpay: Wechatpay, trade: Trade, refund: Refund): BillLine {
  const payment = paymentLine(wechatpay, trade);
  const { amount, status } = refund;
  return {
    ...payment,
    kind: "refund",
    outRefundNo: refund.outRefundNo,
    amount,
    // A refund that failed gave nothing back, and so no fee either.
    fee: status === "CLOSED" ? 0 : -feeOf({ amount, feeRate: payment.feeRate }),
    status: refundStates[status],
    at: refund.createdAt,
    refundId: refund.refundId,
    refundType: refund.channel,
    refundedAt: refund.succeededAt,
  };
}
