import { beijingTime } from "./beijing-time.ts";
import type { AlipayMerchant } from "./merchant.ts";
import type { AlipayOrder } from "./order.ts";
import { signNotification } from "./sign.ts";
import { yuanOfFen } from "./yuan.ts";

/**
 * Where the cashier sends the buyer: after paying to the merchant's `return_url` with signed parameters, which are no
 * proof of payment; before that only a wap order has a way back. Source: https://opendocs.alipay.com/open/59da99d0_alipay.trade.page.pay
 */
export function returnUrlOf(order: AlipayOrder, merchant: AlipayMerchant, now: number): string | undefined {
  if (order.trade?.paidAt === undefined) return order.quitUrl;
  if (order.returnUrl === undefined || (order.product !== "page" && order.product !== "wap")) return undefined;
  const fields = {
    charset: "utf-8",
    out_trade_no: order.outTradeNo,
    method: `alipay.trade.${order.product}.pay.return`,
    total_amount: yuanOfFen(order.amount),
    trade_no: order.trade.tradeNo,
    auth_app_id: order.authAppId,
    version: "1.0",
    app_id: order.appId,
    sign_type: "RSA2",
    seller_id: order.sellerId,
    timestamp: beijingTime(now),
  };
  const url = new URL(order.returnUrl);
  const sign = signNotification(fields, merchant.alipayPrivateKeyPem);
  for (const [name, value] of Object.entries({ ...fields, sign })) url.searchParams.append(name, value);
  return url.href;
}
