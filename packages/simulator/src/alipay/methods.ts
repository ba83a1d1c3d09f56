import type { Operation } from "../core/channel.ts";
import { queryBill } from "./bill-query.ts";
import type { AlipayCall, AlipayHandler } from "./call.ts";
import { cancelTrade } from "./cancel.ts";
import { placeAppOrder, placePageOrder, placeWapOrder } from "./cashier-orders.ts";
import { closeTrade } from "./close.ts";
import { createTrade } from "./create.ts";
import type { AlipayOrder } from "./order.ts";
import { payTrade } from "./pay.ts";
import { precreateTrade } from "./precreate.ts";
import { queryTrade } from "./query.ts";
import { refundTrade } from "./refund.ts";
import { queryRefund } from "./refund-query.ts";

/**
 * One API method, with the operation that faults and the call log name. The merchant's server calls an `api`; the
 * buyer's browser goes to a `page` and his wallet takes an `app` order, both with parameters that the merchant signed.
 */
export type AlipayMethod =
  | { by: "api"; operation: Operation; handle: AlipayHandler }
  | { by: "page" | "app"; operation: Operation; place: (call: AlipayCall) => AlipayOrder };

const methods = new Map<string, AlipayMethod>([
  ["alipay.trade.precreate", { by: "api", operation: "create", handle: precreateTrade }],
  ["alipay.trade.pay", { by: "api", operation: "create", handle: payTrade }],
  ["alipay.trade.create", { by: "api", operation: "create", handle: createTrade }],
  ["alipay.trade.page.pay", { by: "page", operation: "create", place: placePageOrder }],
  ["alipay.trade.wap.pay", { by: "page", operation: "create", place: placeWapOrder }],
  ["alipay.trade.app.pay", { by: "app", operation: "create", place: placeAppOrder }],
  ["alipay.trade.query", { by: "api", operation: "query", handle: queryTrade }],
  ["alipay.trade.close", { by: "api", operation: "close", handle: closeTrade }],
  ["alipay.trade.cancel", { by: "api", operation: "cancel", handle: cancelTrade }],
  ["alipay.trade.refund", { by: "api", operation: "refund", handle: refundTrade }],
  ["alipay.trade.fastpay.refund.query", { by: "api", operation: "refund_query", handle: queryRefund }],
  ["alipay.data.dataservice.bill.downloadurl.query", { by: "api", operation: "bill", handle: queryBill }],
]);

/** The method of a request, or undefined when the simulator speaks no such method. */
export function findMethod(name: string | undefined): AlipayMethod | undefined {
  return methods.get(name ?? "");
}
