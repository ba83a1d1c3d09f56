import type { AlipayCall } from "./call.ts";
import { optionalText } from "./call.ts";
import type { AlipayAnswer } from "./errors.ts";
import { businessRefusal, success } from "./errors.ts";
import { defaultTimeoutMs, readTradeExpiry } from "./expiry.ts";
import type { AlipayBuyer } from "./order.ts";
import { findSameOrder, readOrder } from "./place-order.ts";
import { phoneBuyer } from "./trades.ts";

/**
 * alipay.trade.create: the trade exists at once, and its number goes to the buyer's wallet (`my.tradePay`).
 * Source: https://opendocs.alipay.com/open/f72f0792_alipay.trade.create
 */
export function createTrade(call: AlipayCall): AlipayAnswer {
  const buyer = readBuyer(call);
  const faceToFace = call.biz.product_code === "FACE_TO_FACE_PAYMENT";
  const defaultMs = faceToFace ? defaultTimeoutMs.faceToFace : defaultTimeoutMs.other;
  const tradeExpiresAt = readTradeExpiry(call.biz, call.now, defaultMs);
  const asked = readOrder(call, {
    product: "create",
    productCodes: ["JSAPI_PAY", "FACE_TO_FACE_PAYMENT"],
    productCodeOptional: true,
    expiry: { tradeExpiresAt, qrExpiresAt: tradeExpiresAt },
  });
  const known = findSameOrder(call, asked);
  const { trade } = known?.trade ? { trade: known.trade } : call.trades.start(asked, buyer);
  if (trade.buyerId !== buyer.buyerId || trade.buyerOpenId !== buyer.buyerOpenId) {
    throw businessRefusal("ACQ.CONTEXT_INCONSISTENT");
  }
  return success({ out_trade_no: asked.outTradeNo, trade_no: trade.tradeNo });
}

function readBuyer(call: AlipayCall): AlipayBuyer {
  const buyerId = optionalText(call, "buyer_id", 28);
  const buyerOpenId = optionalText(call, "buyer_open_id", 128);
  if (buyerId === undefined && buyerOpenId === undefined) {
    throw businessRefusal("ACQ.INVALID_PARAMETER", { detail: "buyer_id和buyer_open_id不能同时为空" });
  }
  if (buyerId === undefined) return { ...phoneBuyer, ...(buyerOpenId !== undefined && { buyerOpenId }) };
  if (!/^2088\d{12}$/.test(buyerId)) throw businessRefusal("ACQ.BUYER_NOT_EXIST");
  return { ...phoneBuyer, buyerId };
}
