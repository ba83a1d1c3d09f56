import type { SpoilableLine } from "../core/bill-lines.ts";
import { feeOf } from "../core/fee.ts";
import type { AlipayOrder, AlipayTrade } from "./order.ts";

/**
 * Money that moved between a buyer and a seller, as bills tell it; a `reversal` gives a cancelled payment back. Amounts in
 * fen, always positive; the fee is what Alipay keeps, negative where it returns some. Times in epoch ms.
 */
export interface Deal extends SpoilableLine {
  tradeNo: string;
  /** `out_request_no`; empty for a payment, the order's number where a cancelled payment went back. */
  requestNo: string;
  subject: string;
  body: string;
  buyer: string;
  tradeCreatedAt: number;
  at: number;
}

/** What a kind of bill calls a kind of deal. */
export type DealWords = Readonly<Record<Deal["kind"], string>>;

/** Everything that an order moved; a cancelled payment was made and given back. */
export function dealsOf(
  order: AlipayOrder,
  { feeRate, words }: { feeRate: number | undefined; words: DealWords },
): Deal[] {
  const { trade, amount } = order;
  if (trade?.paidAt === undefined) return [];
  const payment: Deal = {
    kind: "payment",
    outTradeNo: order.outTradeNo,
    amount,
    fee: feeOf({ amount, feeRate }),
    status: words.payment,
    tradeNo: trade.tradeNo,
    requestNo: "",
    subject: order.subject,
    body: order.body ?? "",
    buyer: `*三(${trade.buyerLogonId})`,
    tradeCreatedAt: trade.createdAt,
    at: trade.paidAt,
  };
  return [payment, ...reversalsOf(payment, trade, words), ...refundsOf(payment, { trade, feeRate, words })];
}

function reversalsOf(payment: Deal, trade: AlipayTrade, words: DealWords): Deal[] {
  if (trade.cancelledBy !== "refund" || trade.closedAt === undefined) return [];
  const { outTradeNo, fee } = payment;
  const status = words.reversal;
  return [{ ...payment, kind: "reversal", requestNo: outTradeNo, at: trade.closedAt, fee: -fee, status }];
}

/** Fees go back in step with all that went back so far, so that a trade refunded whole has cost nothing. */
function refundsOf(
  payment: Deal,
  { trade, feeRate, words }: { trade: AlipayTrade; feeRate: number | undefined; words: DealWords },
): Deal[] {
  const kept = (amount: number) => feeOf({ amount, feeRate });
  return trade.refunds.flatMap(({ outRequestNo, amount, succeededAt, cumulative = amount }): Deal[] => {
    if (succeededAt === undefined) return [];
    const fee = kept(cumulative - amount) - kept(cumulative);
    const numbers = { outRefundNo: outRequestNo, requestNo: outRequestNo };
    return [{ ...payment, ...numbers, kind: "refund", amount, fee, at: succeededAt, status: words.refund }];
  });
}

/** What a deal put on the seller's account, in fen, fee apart; negative is out. */
export function moneyOf({ kind, amount }: Deal): number {
  return kind === "payment" ? amount : -amount;
}
