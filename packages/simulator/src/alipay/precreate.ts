import type { AlipayCall } from "./call.ts";
import type { AlipayAnswer } from "./errors.ts";
import { businessRefusal, success } from "./errors.ts";
import { readExpiry } from "./expiry.ts";
import type { AlipayOrder } from "./order.ts";
import { findSameOrder, readOrder } from "./place-order.ts";

/**
 * alipay.trade.precreate: hands out a QR code; no trade exists until a buyer scans it.
 * Source: https://opendocs.alipay.com/open/8ad49e4a_alipay.trade.precreate
 */
export function precreateTrade(call: AlipayCall): AlipayAnswer {
  const asked = readOrder(call, {
    product: "precreate",
    productCodes: ["FACE_TO_FACE_PAYMENT", "QR_CODE_OFFLINE"],
    productCodeOptional: true,
    expiry: readExpiry(call.biz, call.now),
  });
  const known = findSameOrder(call, asked);
  const order = known ? repeatOrder(call, known, asked) : asked;
  call.orders.save(order);
  return success({ out_trade_no: order.outTradeNo, qr_code: order.qrCode });
}

/** What a second precreate of one order number leaves: the live code, or a fresh one once the old code is over. */
function repeatOrder(call: AlipayCall, known: AlipayOrder, asked: AlipayOrder): AlipayOrder {
  if (call.now < known.qrExpiresAt) {
    if (call.repeatPrecreate === "refuse") throw businessRefusal("ACQ.APPLY_PC_MERCHANT_CODE_ERROR");
    return known;
  }
  if (!known.trade) return asked;
  const qrExpiresAt = Math.min(asked.qrExpiresAt, known.tradeExpiresAt);
  return { ...known, qrCode: asked.qrCode, qrExpiresAt };
}
