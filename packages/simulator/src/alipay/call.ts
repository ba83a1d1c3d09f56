import type { AlipayAnswer } from "./errors.ts";
import { businessRefusal } from "./errors.ts";
import type { AlipayMerchant } from "./merchant.ts";
import type { AlipayOrder, OrderBook } from "./order.ts";

/** One verified API call on its way to a handler; `now` in epoch ms. */
export type AlipayCall = {
  merchant: AlipayMerchant;
  biz: Readonly<Record<string, unknown>>;
  notifyUrl: string | undefined;
  now: number;
  orders: OrderBook;
  repeatPrecreate: RepeatPrecreate;
};

/** Answers a call, or throws an `AlipayRefusal`. */
export type AlipayHandler = (call: AlipayCall) => AlipayAnswer;

/** What a repeated identical precreate gets: the live code again, or `ACQ.APPLY_PC_MERCHANT_CODE_ERROR`. */
export type RepeatPrecreate = "same_qr" | "refuse";

/** A business parameter as text; JSON numbers are taken as written. Undefined when absent or empty. */
export function optionalText(call: AlipayCall, field: string, maxLength: number): string | undefined {
  const value = call.biz[field];
  if (value === undefined || value === null || value === "") return undefined;
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string" || text.length > maxLength) {
    throw businessRefusal("ACQ.INVALID_PARAMETER", { detail: field });
  }
  return text;
}

/** Like `optionalText`, but refuses an absent value. */
export function requiredText(call: AlipayCall, field: string, maxLength: number): string {
  const text = optionalText(call, field, maxLength);
  if (text === undefined) throw businessRefusal("ACQ.INVALID_PARAMETER", { detail: `${field}不能为空` });
  return text;
}

/** Finds the order that `trade_no` (wins) or `out_trade_no` names; only what a buyer has scanned has a trade. */
export function findReferredOrder(call: AlipayCall): AlipayOrder | undefined {
  const tradeNo = optionalText(call, "trade_no", 64);
  if (tradeNo !== undefined) return call.orders.byTradeNo(call.merchant.sellerId, tradeNo);
  return call.orders.byOutTradeNo(call.merchant.sellerId, requiredText(call, "out_trade_no", 64));
}
