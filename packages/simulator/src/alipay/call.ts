import type { Core } from "../core/channel.ts";
import type { AlipayAnswer } from "./errors.ts";
import { businessRefusal } from "./errors.ts";
import type { AlipayMerchant, AlipaySeller } from "./merchant.ts";
import type { AlipayOrder, OrderBook } from "./order.ts";
import type { PayerCodes } from "./payer-code.ts";
import type { Trades } from "./trades.ts";

/** What every call works on. */
export type AlipayContext = {
  core: Core;
  merchants: ReadonlyMap<string, AlipayMerchant>;
  orders: OrderBook;
  trades: Trades;
  payerCodes: PayerCodes;
  repeatPrecreate: RepeatPrecreate;
  refundGapMs: number;
  emptyBills: EmptyBills;
  /** What makes links to bills hard to guess. */
  billSecret: string;
};

/** One verified API call on its way to a handler; `now` in epoch ms. */
export type AlipayCall = AlipayContext & {
  merchant: AlipayMerchant;
  /** Whose trade it is: the app's own seller, or the one whose `app_auth_token` came with the call. */
  seller: AlipaySeller;
  biz: Readonly<Record<string, unknown>>;
  notifyUrl: string | undefined;
  returnUrl: string | undefined;
  now: number;
};

/** Answers a call, or throws an `AlipayRefusal`. */
export type AlipayHandler = (call: AlipayCall) => AlipayAnswer;

/** What a repeated identical precreate gets: the live code again, or `ACQ.APPLY_PC_MERCHANT_CODE_ERROR`. */
export type RepeatPrecreate = "same_qr" | "refuse";

/** What a seller gets of a day without business: no bill, or a file without lines. */
export type EmptyBills = "not_exist" | "empty_file";

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

/** Whether `query_options` asks for an optional part of the answer. */
export function asksFor(call: AlipayCall, option: string): boolean {
  return Array.isArray(call.biz.query_options) && call.biz.query_options.includes(option);
}

/** Finds the order that `trade_no` (wins) or `out_trade_no` names; not every order has a trade yet. */
export function findReferredOrder(call: AlipayCall): AlipayOrder | undefined {
  const { sellerId } = call.seller;
  const tradeNo = optionalText(call, "trade_no", 64);
  if (tradeNo === undefined) return call.orders.byOutTradeNo(sellerId, requiredText(call, "out_trade_no", 64));
  const order = call.orders.byTradeNo(tradeNo);
  return order?.sellerId === sellerId ? order : undefined;
}
