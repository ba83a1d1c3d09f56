import type { AlipayCall } from "./call.ts";
import { optionalText } from "./call.ts";
import { businessRefusal } from "./errors.ts";
import { defaultTimeoutMs, readTradeExpiry } from "./expiry.ts";
import type { AlipayOrder } from "./order.ts";
import { findSameOrder, type ProductRules, readOrder } from "./place-order.ts";

/**
 * alipay.trade.page.pay: the time runs from the browser's first visit; scanning or logging in begins the trade.
 * Source: https://opendocs.alipay.com/open/59da99d0_alipay.trade.page.pay
 */
export function placePageOrder(call: AlipayCall): AlipayOrder {
  const tradeExpiresAt = readTradeExpiry(call.biz, call.now, defaultTimeoutMs.other);
  return placeOrder(call, {
    product: "page",
    productCodes: ["FAST_INSTANT_TRADE_PAY"],
    productCodeOptional: false,
    expiry: { tradeExpiresAt, qrExpiresAt: tradeExpiresAt },
  });
}

/**
 * alipay.trade.wap.pay: the time runs from the buyer's login, which begins the trade.
 * Source: https://opendocs.alipay.com/open/29ae8cb6_alipay.trade.wap.pay
 */
export function placeWapOrder(call: AlipayCall): AlipayOrder {
  const quitUrl = optionalText(call, "quit_url", 400);
  const order = placeOrder(call, {
    product: "wap",
    productCodes: ["QUICK_WAP_WAY"],
    productCodeOptional: false,
    expiry: expiryFromStart(call),
  });
  const placed = quitUrl === undefined ? order : { ...order, quitUrl };
  call.orders.save(placed);
  return placed;
}

/**
 * alipay.trade.app.pay: the time runs from the buyer's confirmation, which begins the trade and pays it.
 * Source: https://opendocs.alipay.com/open/cd12c885_alipay.trade.app.pay
 */
export function placeAppOrder(call: AlipayCall): AlipayOrder {
  return placeOrder(call, {
    product: "app",
    productCodes: ["QUICK_MSECURITY_PAY"],
    productCodeOptional: true,
    expiry: expiryFromStart(call),
  });
}

function expiryFromStart(call: AlipayCall): ProductRules["expiry"] {
  const tradeExpiresAt = readTradeExpiry(call.biz, call.now, defaultTimeoutMs.other);
  if (call.biz.time_expire !== undefined) return { tradeExpiresAt, qrExpiresAt: tradeExpiresAt };
  const tradeTimeoutMs = tradeExpiresAt - call.now;
  const latest = call.now + defaultTimeoutMs.other;
  return { tradeExpiresAt: latest, qrExpiresAt: latest, tradeTimeoutMs };
}

/** A visit more of the same link finds the order of the first one. */
function placeOrder(call: AlipayCall, rules: ProductRules): AlipayOrder {
  const asked = readOrder(call, rules);
  const known = findSameOrder(call, asked);
  if (!known) {
    call.orders.save(asked);
    return asked;
  }
  if (call.now >= known.tradeExpiresAt) throw businessRefusal("ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR");
  return known;
}
