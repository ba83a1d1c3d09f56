import { beijingTime } from "./beijing-time.ts";
import type { AlipayCall } from "./call.ts";
import { asksFor, findReferredOrder, requiredText } from "./call.ts";
import type { AlipayAnswer } from "./errors.ts";
import { businessRefusal, success } from "./errors.ts";
import { yuanOfFen } from "./yuan.ts";

/**
 * alipay.trade.fastpay.refund.query: `refund_status` is REFUND_SUCCESS or absent; an unknown number answers nothing.
 * Source: https://opendocs.alipay.com/open/8c776df6_alipay.trade.fastpay.refund.query
 */
export function queryRefund(call: AlipayCall): AlipayAnswer {
  const outRequestNo = requiredText(call, "out_request_no", 64);
  const order = findReferredOrder(call);
  if (!order?.trade) throw businessRefusal("ACQ.TRADE_NOT_EXIST");
  const refund = order.trade.refunds.find((one) => one.outRequestNo === outRequestNo);
  if (!refund) return success({});
  const { succeededAt } = refund;
  const asksTime = asksFor(call, "gmt_refund_pay");
  return success({
    gmt_refund_pay: succeededAt !== undefined && asksTime ? beijingTime(succeededAt) : undefined,
    out_request_no: outRequestNo,
    out_trade_no: order.outTradeNo,
    refund_amount: yuanOfFen(refund.amount),
    refund_reason: refund.reason,
    refund_status: refund.state === "succeeded" ? "REFUND_SUCCESS" : undefined,
    total_amount: yuanOfFen(order.amount),
    trade_no: order.trade.tradeNo,
  });
}
