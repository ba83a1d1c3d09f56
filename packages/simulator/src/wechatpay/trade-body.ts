import { toBeijingRfc3339 } from "./beijing-time.ts";
import type { Trade } from "./trade.ts";

const stateDescriptions = { NOTPAY: "订单未支付", SUCCESS: "支付成功", CLOSED: "订单已关闭" } as const;

/** The order as queries and callbacks show it. https://pay.weixin.qq.com/doc/v3/merchant/4012791880 */
export function tradeBody(trade: Trade): Record<string, unknown> {
  const head = { mchid: trade.mchid, appid: trade.appid, out_trade_no: trade.outTradeNo };
  const state = { trade_state: trade.state, trade_state_desc: stateDescriptions[trade.state] };
  if (trade.state !== "SUCCESS" || trade.paidAt === undefined) {
    return {
      amount: { currency: "CNY", total: trade.total },
      ...head,
      promotion_detail: [],
      scene_info: { device_id: "" },
      ...state,
    };
  }
  return {
    ...head,
    transaction_id: trade.transactionId,
    trade_type: "NATIVE",
    ...state,
    bank_type: "OTHERS",
    attach: trade.attach ?? "",
    success_time: toBeijingRfc3339(trade.paidAt),
    payer: { openid: trade.openid },
    amount: { total: trade.total, payer_total: trade.total, currency: "CNY", payer_currency: "CNY" },
  };
}
