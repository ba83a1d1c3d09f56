import { headerMchidMismatch, orderPaid } from "./errors.ts";
import type { Route } from "./handler.ts";
import { parseJsonBody } from "./json-body.ts";
import { fieldError } from "./prepay-body.ts";

/**
 * Close an unpaid order; closing again is harmless. https://pay.weixin.qq.com/doc/v3/merchant/4012791881
 * As in the live service, closing a number that was never placed succeeds and burns it.
 */
export const closeRoute: Route = {
  method: "POST",
  url: "/v3/pay/transactions/out-trade-no/:outTradeNo/close",
  operation: "close",
  handle({ trades }, { merchant, params, body }) {
    const { mchid } = parseJsonBody(body);
    if (typeof mchid !== "string") throw fieldError("/mchid", mchid, "缺少必填字段");
    if (mchid !== merchant.mchid) throw headerMchidMismatch();
    const outTradeNo = params.outTradeNo ?? "";
    const trade = trades.find(mchid, outTradeNo);
    if (trade?.state === "SUCCESS") throw orderPaid();
    if (trade) trades.save({ ...trade, state: "CLOSED" });
    else trades.burn(mchid, outTradeNo);
    return {};
  },
};
