import { toBeijingRfc3339 } from "./beijing-time.ts";
import { identityBody } from "./identity.ts";
import type { Product, Trade } from "./trade.ts";

const stateDescriptions = {
  NOTPAY: "订单未支付",
  SUCCESS: "支付成功",
  REFUND: "订单发生过退款，退款详情请查询退款单",
  CLOSED: "订单已关闭",
  USERPAYING: "用户支付中，需要输入密码",
  PAYERROR: "支付失败，请撤销订单",
  REVOKED: "订单已撤销",
} as const;

/** What queries call a product. */
export const tradeTypes: Readonly<Record<Product, string>> = {
  native: "NATIVE",
  jsapi: "JSAPI",
  app: "APP",
  h5: "MWEB",
  codepay: "MICROPAY",
};

/** The order as queries and callbacks show it. https://pay.weixin.qq.com/doc/v3/merchant/4012791880 */
export function tradeBody(trade: Trade): Record<string, unknown> {
  const head = { ...identityBody(trade), out_trade_no: trade.outTradeNo };
  const state = { trade_state: trade.state, trade_state_desc: stateDescriptions[trade.state] };
  if (trade.paidAt === undefined) {
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
    trade_type: trade.tradeType ?? tradeTypes[trade.product],
    ...state,
    bank_type: "OTHERS",
    attach: trade.attach ?? "",
    success_time: toBeijingRfc3339(trade.paidAt),
    payer: payerBody(trade),
    amount: { total: trade.total, payer_total: trade.total, currency: "CNY", payer_currency: "CNY" },
  };
}

function payerBody({ subMchid, openid, subOpenid }: Trade): Record<string, string | undefined> {
  if (subMchid === undefined) return { openid };
  return { sp_openid: openid, ...(subOpenid !== undefined && { sub_openid: subOpenid }) };
}
