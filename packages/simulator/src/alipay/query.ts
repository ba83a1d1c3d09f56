import { beijingTime } from "./beijing-time.ts";
import type { AlipayCall } from "./call.ts";
import { findReferredOrder, optionalText } from "./call.ts";
import type { AlipayAnswer } from "./errors.ts";
import { businessRefusal, success } from "./errors.ts";
import { yuanOfFen } from "./yuan.ts";

const noAmounts = { buyer_pay_amount: "0.00", invoice_amount: "0.00", point_amount: "0.00", receipt_amount: "0.00" };

/**
 * alipay.trade.query: a code that nobody scanned answers ACQ.TRADE_NOT_EXIST.
 * Source: https://opendocs.alipay.com/open/82ea786a_alipay.trade.query
 */
export function queryTrade(call: AlipayCall): AlipayAnswer {
  const order = findReferredOrder(call);
  if (!order?.trade) {
    const outTradeNo = optionalText(call, "out_trade_no", 64);
    throw businessRefusal("ACQ.TRADE_NOT_EXIST", { fields: { ...noAmounts, out_trade_no: outTradeNo } });
  }
  const { trade } = order;
  const total = yuanOfFen(order.amount);
  const common = {
    buyer_logon_id: trade.buyerLogonId,
    buyer_user_id: trade.buyerId,
    out_trade_no: order.outTradeNo,
    passback_params: order.passbackParams,
    point_amount: "0.00",
    total_amount: total,
    trade_no: trade.tradeNo,
    trade_status: trade.status,
  };
  if (trade.paidAt === undefined) return success({ ...common, ...noAmounts });
  const options = Array.isArray(call.biz.query_options) ? call.biz.query_options : [];
  return success({
    ...common,
    buyer_pay_amount: total,
    buyer_user_type: "PRIVATE",
    fund_bill_list: options.includes("fund_bill_list") ? [{ amount: total, fund_channel: "ALIPAYACCOUNT" }] : undefined,
    invoice_amount: total,
    receipt_amount: total,
    send_pay_date: beijingTime(trade.paidAt),
  });
}
