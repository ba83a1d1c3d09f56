import type { AlipayCall } from "./call.ts";
import { findReferredOrder, optionalText } from "./call.ts";
import type { AlipayAnswer } from "./errors.ts";
import { businessRefusal, success } from "./errors.ts";

const windowMs = 24 * 3_600_000;

/**
 * alipay.trade.cancel: closes an unpaid trade, refunds a paid one; an unknown order succeeds without `action`.
 * Source: https://opendocs.alipay.com/open/13399511_alipay.trade.cancel
 */
export function cancelTrade(call: AlipayCall): AlipayAnswer {
  const order = findReferredOrder(call);
  if (!order?.trade) return success({ out_trade_no: optionalText(call, "out_trade_no", 64), retry_flag: "N" });
  const { trade } = order;
  if (call.now - trade.createdAt > windowMs) throw businessRefusal("ACQ.TRADE_CANCEL_TIME_OUT");
  const action = trade.cancelledBy ?? (trade.status === "TRADE_SUCCESS" ? "refund" : "close");
  if (trade.status !== "TRADE_CLOSED") {
    const closed = { ...trade, status: "TRADE_CLOSED" as const, closedAt: call.now, cancelledBy: action };
    call.orders.save({ ...order, trade: closed });
  }
  return success({ action, out_trade_no: order.outTradeNo, retry_flag: "N", trade_no: trade.tradeNo });
}
