import type { AlipayCall } from "./call.ts";
import { asksFor, findReferredOrder, optionalText } from "./call.ts";
import type { AlipayAnswer } from "./errors.ts";
import { businessRefusal, success } from "./errors.ts";
import { amountFields, buyerFields, fundBill, noAmounts, paidAtField } from "./trade-fields.ts";
import { yuanOfFen } from "./yuan.ts";

/**
 * alipay.trade.query: an order that no buyer has begun answers ACQ.TRADE_NOT_EXIST.
 * Source: https://opendocs.alipay.com/open/82ea786a_alipay.trade.query
 */
export function queryTrade(call: AlipayCall): AlipayAnswer {
  const order = findReferredOrder(call);
  if (!order?.trade) {
    const outTradeNo = optionalText(call, "out_trade_no", 64);
    throw businessRefusal("ACQ.TRADE_NOT_EXIST", { fields: { ...noAmounts, out_trade_no: outTradeNo } });
  }
  const { trade } = order;
  const paid = trade.paidAt !== undefined;
  const started = { ...order, trade };
  return success({
    ...buyerFields(trade),
    ...amountFields(started),
    ...paidAtField("send_pay_date", started),
    buyer_user_type: paid ? "PRIVATE" : undefined,
    fund_bill_list: paid && asksFor(call, "fund_bill_list") ? fundBill(order.amount) : undefined,
    out_trade_no: order.outTradeNo,
    passback_params: order.passbackParams,
    total_amount: yuanOfFen(order.amount),
    trade_no: trade.tradeNo,
    trade_status: trade.status,
  });
}
