import type { AlipayCall } from "./call.ts";
import { findReferredOrder } from "./call.ts";
import type { AlipayAnswer } from "./errors.ts";
import { businessRefusal, success } from "./errors.ts";

/**
 * alipay.trade.close: only a trade that waits for its buyer can be closed; an unscanned code stays payable.
 * Source: https://opendocs.alipay.com/open/ce0b4954_alipay.trade.close
 */
export function closeTrade(call: AlipayCall): AlipayAnswer {
  const order = findReferredOrder(call);
  if (!order?.trade) throw businessRefusal("ACQ.TRADE_NOT_EXIST");
  if (order.trade.status !== "WAIT_BUYER_PAY") throw businessRefusal("ACQ.TRADE_STATUS_ERROR");
  call.trades.close({ ...order, trade: order.trade }, { notifyUrl: call.notifyUrl });
  return success({ out_trade_no: order.outTradeNo, trade_no: order.trade.tradeNo });
}
