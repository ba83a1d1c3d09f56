import type { Callback, CallbackKind, Disguise } from "../core/callbacks.ts";
import { beijingStamp, beijingTime } from "./beijing-time.ts";
import { type AlipayMerchant, randomDigits } from "./merchant.ts";
import type { AlipayOrder, AlipayTrade, OrderBook } from "./order.ts";
import { type AlipayParams, signNotification } from "./sign.ts";
import { yuanOfFen } from "./yuan.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Waits before each retry of a notification. Source: https://opendocs.alipay.com/open/194/103296 */
export const notifyRetryTableMs: readonly number[] = [
  4 * minuteMs,
  10 * minuteMs,
  10 * minuteMs,
  hourMs,
  2 * hourMs,
  6 * hourMs,
  15 * hourMs,
];

/** A notification id of 34 digits; it stays the same over all retries. */
export function createNotifyId(now: number): string {
  const { date, time } = beijingStamp(now);
  return `${date}00222${time}${randomDigits(15)}`;
}

/** How Alipay notifies; only a 200 whose body is exactly `success` counts. */
export function alipayCallbackKind(options: {
  orders: OrderBook;
  merchants: ReadonlyMap<string, AlipayMerchant>;
  now: () => number;
}): CallbackKind {
  return {
    retryTableMs: notifyRetryTableMs,
    accepted: ({ status, body }) => status === 200 && body === "success",
    render(callback, disguise) {
      const order = options.orders.byKey(callback.subjectKey);
      const merchant = order && options.merchants.get(order.appId);
      if (!order?.trade || !merchant) throw new Error(`no trade to notify about: ${callback.subjectKey}`);
      const fields = disguised(paidFields({ callback, order, trade: order.trade, now: options.now() }), disguise);
      const signature = signNotification(signedFields(fields, disguise), merchant.alipayPrivateKeyPem);
      return {
        headers: {
          "content-type": "application/x-www-form-urlencoded; text/html; charset=utf-8",
          "user-agent": "Mozilla/4.0",
        },
        body: new URLSearchParams({ ...fields, sign: signature }).toString(),
      };
    },
  };
}

/** The fields of a payment in the order in which Alipay sends them; `sign` keeps its place. */
function paidFields(options: {
  callback: Callback;
  order: AlipayOrder;
  trade: AlipayTrade;
  now: number;
}): AlipayParams {
  const { callback, order, trade } = options;
  const paid = yuanOfFen(order.amount);
  return {
    gmt_create: beijingTime(trade.createdAt),
    charset: "utf-8",
    gmt_payment: beijingTime(trade.paidAt ?? options.now),
    notify_time: beijingTime(options.now),
    subject: order.subject,
    sign: "",
    buyer_id: trade.buyerId,
    ...(order.body !== undefined && { body: order.body }),
    invoice_amount: paid,
    version: "1.0",
    notify_id: callback.id,
    fund_bill_list: JSON.stringify([{ amount: paid, fundChannel: "ALIPAYACCOUNT" }]),
    notify_type: "trade_status_sync",
    out_trade_no: order.outTradeNo,
    total_amount: paid,
    trade_status: "TRADE_SUCCESS",
    trade_no: trade.tradeNo,
    auth_app_id: order.appId,
    receipt_amount: paid,
    point_amount: "0.00",
    ...(order.passbackParams !== undefined && { passback_params: order.passbackParams }),
    app_id: order.appId,
    buyer_pay_amount: paid,
    sign_type: "RSA2",
    seller_id: order.sellerId,
  };
}

function disguised(fields: AlipayParams, disguise: Disguise | undefined): AlipayParams {
  switch (disguise?.kind) {
    case "wrong_amount": {
      const wrong = yuanOfFen(disguise.amount);
      return { ...fields, invoice_amount: wrong, total_amount: wrong, receipt_amount: wrong, buyer_pay_amount: wrong };
    }
    case "wrong_merchant":
      return { ...fields, app_id: "2021000000000000", auth_app_id: "2021000000000000", seller_id: "2088000000000000" };
    case "forged":
    case "probe":
    case undefined:
      return fields;
  }
}

/** A forger cannot sign: his message carries a signature of something else. */
function signedFields(fields: AlipayParams, disguise: Disguise | undefined): AlipayParams {
  const forged = disguise?.kind === "forged" || disguise?.kind === "probe";
  return forged ? { ...fields, total_amount: "0.01", notify_time: "1970-01-01 00:00:00" } : fields;
}
