import { useAuthCode } from "./auth-code.ts";
import { userPaying, WechatpayError } from "./errors.ts";
import { checkFields, fieldError } from "./fields.ts";
import type { Answer, AuthorizedRequest } from "./handler.ts";
import { readIdentity } from "./identity.ts";
import { isObject, parseJsonBody } from "./json-body.ts";
import { markPaid } from "./mark-paid.ts";
import { canonicalJson, objectAt, readOrderBody } from "./order-body.ts";
import { codepayFields } from "./prepay-fields.ts";
import { checkReuse, reentryMismatch } from "./reuse.ts";
import { inBothModes } from "./route-modes.ts";
import type { Trade, Wechatpay } from "./trade.ts";
import { tradeKey } from "./trade.ts";
import { tradeBody } from "./trade-body.ts";

/** How long the payer has for the password; the payment fails then. */
const passwordLifetimeMs = 60_000;

/** Pay by the payer's bar code or face, at once or after a password. https://pay.weixin.qq.com/doc/v3/merchant/4012382150 */
export const codepayRoutes = inBothModes({
  method: "POST",
  path: "codepay",
  operation: "create",
  handle: payByCode,
});

function payByCode(wechatpay: Wechatpay, { mode, merchant, body }: AuthorizedRequest): Answer {
  const { trades, core } = wechatpay;
  const json = parseJsonBody(body);
  checkFields(json, codepayFields(mode));
  checkStore(objectAt(json, "scene_info"));
  const order = readOrderBody(json);
  const identity = readIdentity(mode, json, merchant);
  const params = `codepay ${canonicalJson(json)}`;
  const number = { ...identity, outTradeNo: order.outTradeNo };
  const earlier = trades.find(number);
  if (earlier) {
    checkReuse(earlier, params, wechatpay);
    return typing(wechatpay);
  }
  if (trades.isBurnt(number)) throw reentryMismatch();
  const code = useAuthCode(wechatpay, String(objectAt(json, "payer").auth_code), tradeKey(number));
  const now = core.clock.now();
  const trade: Trade = {
    ...identity,
    ...order,
    notifyUrl: undefined,
    params,
    product: "codepay",
    ...(code.isFace && { tradeType: "FACEPAY" }),
    code: code.code,
    codeExpiresAt: code.expiresAt,
    isInvoked: true,
    payableUntil: now + passwordLifetimeMs,
    state: code.needsPassword ? "USERPAYING" : code.isShort ? "PAYERROR" : "NOTPAY",
    createdAt: now,
  };
  trades.save(trade);
  if (trade.state === "USERPAYING") return typing(wechatpay);
  if (trade.state === "PAYERROR") throw new WechatpayError(403, "NOT_ENOUGH", "用户账户余额不足");
  markPaid(wechatpay, trade);
  return { body: { ...tradeBody(trade), promotion_detail: [] } };
}

function typing({ options }: Wechatpay): Answer {
  if (options.userPaying === "state") return { body: { trade_state: "USERPAYING" } };
  const { status, code, message } = userPaying("需要用户输入支付密码");
  return { status, body: { code, message } };
}

function checkStore({ store_info: store }: Record<string, unknown>): void {
  if (isObject(store) && (store.id !== undefined || store.out_id !== undefined)) return;
  throw fieldError("/scene_info/store_info", store, "id和out_id不能同时为空");
}
