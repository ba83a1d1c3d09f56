import type { CallbackKind, Disguise } from "../core/callbacks.ts";
import { beijingTime } from "./beijing-time.ts";
import type { AlipayMerchant } from "./merchant.ts";
import { readNoticeSubject } from "./notices.ts";
import type { AlipayRefund, OrderBook, StartedOrder } from "./order.ts";
import { type AlipayParams, signNotification } from "./sign.ts";
import { refundedOf } from "./trades.ts";
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
      const { key, kind, outRequestNo } = readNoticeSubject(callback.subjectKey);
      const order = options.orders.byKey(key);
      const merchant = order && options.merchants.get(order.appId);
      if (!order?.trade || !merchant) throw new Error(`no trade to notify about: ${callback.subjectKey}`);
      const started = { ...order, trade: order.trade };
      const refund = order.trade.refunds.find((one) => one.outRequestNo === outRequestNo);
      const told = noticeFields({ kind, order: started, refund });
      const fields = disguised(inOrder(started, callback.id, options.now(), told), disguise);
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

/** What a notification says beyond the facts of the trade. Source: https://opendocs.alipay.com/open/203/105286 */
function noticeFields({
  kind,
  order,
  refund,
}: {
  kind: string;
  order: StartedOrder;
  refund: AlipayRefund | undefined;
}): AlipayParams {
  const { trade, amount } = order;
  const gmtPayment: AlipayParams = trade.paidAt === undefined ? {} : { gmt_payment: beijingTime(trade.paidAt) };
  switch (kind) {
    case "paid":
      return { ...gmtPayment, ...moneyOf(amount), trade_status: "TRADE_SUCCESS" };
    case "paid_for_good":
      return { ...gmtPayment, ...moneyOf(amount), trade_status: "TRADE_FINISHED" };
    case "closed":
      return { trade_status: "TRADE_CLOSED", gmt_close: beijingTime(trade.closedAt ?? 0) };
    case "finished":
      return { ...gmtPayment, trade_status: "TRADE_FINISHED", refund_fee: yuanOfFen(refundedOf(trade)) };
    default:
      return { ...gmtPayment, ...refundFields(kind, refund) };
  }
}

/** A refund's notification says nothing of receipts; its time has milliseconds. */
function refundFields(kind: string, refund: AlipayRefund | undefined): AlipayParams {
  if (refund?.succeededAt === undefined) throw new Error("a notification of a refund that never was");
  const at = beijingTime(refund.succeededAt);
  const millis = String(refund.succeededAt % 1000).padStart(3, "0");
  return {
    trade_status: kind === "refunded_in_full" ? "TRADE_CLOSED" : "TRADE_SUCCESS",
    gmt_refund: `${at}.${millis}`,
    out_biz_no: refund.outRequestNo,
    refund_fee: yuanOfFen(refund.cumulative ?? refund.amount),
    ...(kind === "refunded_in_full" && { gmt_close: at }),
  };
}

function moneyOf(amount: number): AlipayParams {
  const paid = yuanOfFen(amount);
  return {
    invoice_amount: paid,
    fund_bill_list: JSON.stringify([{ amount: paid, fundChannel: "ALIPAYACCOUNT" }]),
    receipt_amount: paid,
    point_amount: "0.00",
    buyer_pay_amount: paid,
  };
}

/** The fields in the order in which Alipay sends them, `sign` in its place, absent ones left out. */
function inOrder(order: StartedOrder, notifyId: string, now: number, told: AlipayParams): AlipayParams {
  const { trade } = order;
  const fields = {
    gmt_create: beijingTime(trade.createdAt),
    charset: "utf-8",
    gmt_payment: told.gmt_payment,
    notify_time: beijingTime(now),
    subject: order.subject,
    gmt_refund: told.gmt_refund,
    sign: "",
    ...(trade.buyerOpenId === undefined ? { buyer_id: trade.buyerId } : { buyer_open_id: trade.buyerOpenId }),
    body: order.body,
    invoice_amount: told.invoice_amount,
    version: "1.0",
    notify_id: notifyId,
    fund_bill_list: told.fund_bill_list,
    notify_type: "trade_status_sync",
    out_trade_no: order.outTradeNo,
    total_amount: yuanOfFen(order.amount),
    trade_status: told.trade_status,
    refund_fee: told.refund_fee,
    trade_no: trade.tradeNo,
    auth_app_id: order.authAppId,
    receipt_amount: told.receipt_amount,
    out_biz_no: told.out_biz_no,
    gmt_close: told.gmt_close,
    point_amount: told.point_amount,
    passback_params: order.passbackParams,
    app_id: order.appId,
    buyer_pay_amount: told.buyer_pay_amount,
    sign_type: "RSA2",
    seller_id: order.sellerId,
  };
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function disguised(fields: AlipayParams, disguise: Disguise | undefined): AlipayParams {
  switch (disguise?.kind) {
    case "wrong_amount": {
      const wrong = yuanOfFen(disguise.amount);
      const amounts = ["invoice_amount", "total_amount", "receipt_amount", "buyer_pay_amount"];
      const wrongs = amounts.filter((name) => name in fields).map((name) => [name, wrong]);
      return { ...fields, ...Object.fromEntries(wrongs) };
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
