import type { AlipayCall } from "./call.ts";
import { findReferredOrder, optionalText } from "./call.ts";
import type { AlipayAnswer } from "./errors.ts";
import { businessRefusal, success } from "./errors.ts";
import type { AlipayProduct, StartedOrder } from "./order.ts";

const windowMs = 24 * 3_600_000;
const faceToFace: readonly AlipayProduct[] = ["precreate", "pay", "create"];

/**
 * alipay.trade.cancel: closes an unpaid trade, refunds a paid one; an unknown order succeeds without `action`.
 * Source: https://opendocs.alipay.com/open/13399511_alipay.trade.cancel
 */
export function cancelTrade(call: AlipayCall): AlipayAnswer {
  const order = findReferredOrder(call);
  if (!order?.trade) return success({ out_trade_no: optionalText(call, "out_trade_no", 64), retry_flag: "N" });
  const started = { ...order, trade: order.trade };
  checkCancellable(call, started);
  const { trade } = started;
  const numbers = { out_trade_no: order.outTradeNo, trade_no: trade.tradeNo };
  if (trade.status === "TRADE_SUCCESS") {
    if (!givesBack(call, started)) return success({ ...numbers, retry_flag: "Y" });
    call.trades.close(started, { cancelledBy: "refund" });
  } else if (trade.status === "WAIT_BUYER_PAY") {
    call.trades.close(started, { cancelledBy: "close" });
  }
  const action = trade.cancelledBy ?? (trade.status === "TRADE_SUCCESS" ? "refund" : "close");
  return success({ ...numbers, action, retry_flag: "N" });
}

function checkCancellable(call: AlipayCall, { product, trade }: StartedOrder): void {
  if (!faceToFace.includes(product)) throw businessRefusal("ACQ.CANCEL_NOT_ALLOWED");
  if (call.now - trade.createdAt > windowMs) throw businessRefusal("ACQ.TRADE_CANCEL_TIME_OUT");
  if (trade.refunds.length > 0) throw businessRefusal("ACQ.REASON_TRADE_REFUND_FEE_ERR");
  if (trade.status === "TRADE_FINISHED") throw businessRefusal("ACQ.TRADE_HAS_FINISHED");
}

/** Whether the money goes back now; a scripted failure asks the merchant to cancel again. */
function givesBack(call: AlipayCall, order: StartedOrder): boolean {
  const outcome = call.core.faults.takeRefund({ channel: "alipay", outTradeNo: order.outTradeNo });
  if (outcome?.kind === "not_enough") throw businessRefusal("ACQ.SELLER_BALANCE_NOT_ENOUGH");
  return outcome === undefined || outcome.kind === "succeeded";
}
