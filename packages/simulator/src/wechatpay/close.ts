import { invalidRequest, orderPaid } from "./errors.ts";
import type { Answer, AuthorizedRequest } from "./handler.ts";
import { readOwner } from "./identity.ts";
import { parseJsonBody } from "./json-body.ts";
import { inBothModes } from "./route-modes.ts";
import type { Wechatpay } from "./trade.ts";
import { isPaid } from "./trade.ts";

/**
 * Close an unpaid order; closing again is harmless. https://pay.weixin.qq.com/doc/v3/merchant/4012791881
 * As in the live service, closing a number that was never placed succeeds and burns it.
 */
export const closeRoutes = inBothModes({
  method: "POST",
  path: "out-trade-no/:outTradeNo/close",
  operation: "close",
  handle: close,
});

function close({ trades }: Wechatpay, { mode, merchant, params, body }: AuthorizedRequest): Answer {
  const owner = readOwner(mode, parseJsonBody(body), merchant);
  const number = { ...owner, outTradeNo: params.outTradeNo ?? "" };
  const trade = trades.find(number);
  if (trade?.product === "codepay") throw invalidRequest("付款码支付订单不支持关单，请使用撤销接口");
  if (trade && isPaid(trade)) throw orderPaid();
  if (trade) trades.save({ ...trade, state: "CLOSED" });
  else trades.burn(number);
  return {};
}
