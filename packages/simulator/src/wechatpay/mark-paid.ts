import { randomBytes } from "node:crypto";
import { feeOf } from "../core/fee.ts";
import { toBeijingDay } from "./beijing-time.ts";
import { randomDigits } from "./digits.ts";
import { notifyPaid } from "./notify.ts";
import type { Trade, Wechatpay } from "./trade.ts";

/** Takes the payer's money: the order is paid from now on, and its callback is owed. */
export function markPaid(wechatpay: Wechatpay, trade: Trade): void {
  const now = wechatpay.core.clock.now();
  trade.state = "SUCCESS";
  trade.paidAt = now;
  trade.transactionId = `4200${randomDigits(6)}${toBeijingDay(now)}${randomDigits(10)}`;
  trade.openid ??= `o${randomBytes(24).toString("base64url").slice(0, 27)}`;
  trade.fee = feeOf({ amount: trade.total, feeRate: wechatpay.merchants.get(trade.mchid)?.feeRate });
  wechatpay.trades.save(trade);
  notifyPaid(wechatpay, trade);
}
