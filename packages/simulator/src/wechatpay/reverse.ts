import { invalidRequest, orderNotExist, statusError, userPaying, WechatpayError } from "./errors.ts";
import type { Answer, AuthorizedRequest } from "./handler.ts";
import { ownerBody, readIdentity, readOwner } from "./identity.ts";
import { parseJsonBody } from "./json-body.ts";
import { inBothModes } from "./route-modes.ts";
import type { Wechatpay } from "./trade.ts";

/**
 * Take a bar code payment back: an unpaid one is closed, the money of a paid one returned; reversing again is harmless.
 * https://pay.weixin.qq.com/doc/v3/merchant/4012382150
 */
export const reverseRoutes = inBothModes({
  method: "POST",
  path: "out-trade-no/:outTradeNo/reverse",
  operation: "reverse",
  handle: reverse,
});

function reverse({ core, trades }: Wechatpay, { mode, merchant, params, body }: AuthorizedRequest): Answer {
  const json = parseJsonBody(body);
  const owner = readOwner(mode, json, merchant);
  // As in the live service, leaving the app out is a system error.
  if (typeof json[mode === "direct" ? "appid" : "sp_appid"] !== "string") throw statusError(500, undefined);
  const { appid } = readIdentity(mode, json, merchant);
  const outTradeNo = params.outTradeNo ?? "";
  const trade = trades.find({ ...owner, outTradeNo });
  if (!trade) throw orderNotExist();
  if (trade.product !== "codepay") throw invalidRequest("仅付款码支付订单支持撤销");
  if (trade.state === "USERPAYING") {
    const { status, code, message } = userPaying("正在支付中不能发起撤销");
    return { status, body: { code, message } };
  }
  if (trade.state === "REFUND") throw new WechatpayError(403, "TRADE_ERROR", "订单已发生退款，不能撤销");
  if (trade.state !== "REVOKED") trades.save({ ...trade, state: "REVOKED", revokedAt: core.clock.now() });
  return { body: { [mode === "direct" ? "appid" : "sp_appid"]: appid, ...ownerBody(owner), out_trade_no: outTradeNo } };
}
