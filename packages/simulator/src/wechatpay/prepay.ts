import { randomBytes } from "node:crypto";
import { toBeijingRfc3339 } from "./beijing-time.ts";
import { invalidRequest } from "./errors.ts";
import { checkFields, fieldError } from "./fields.ts";
import { h5Url } from "./h5-link.ts";
import type { Answer, AuthorizedRequest } from "./handler.ts";
import { type Identity, readIdentity } from "./identity.ts";
import { parseJsonBody } from "./json-body.ts";
import { checkNotifyUrl } from "./notify-url.ts";
import { canonicalJson, objectAt, optionalText, readOrderBody } from "./order-body.ts";
import { prepayFields } from "./prepay-fields.ts";
import { checkReuse, reentryMismatch } from "./reuse.ts";
import { inBothModes } from "./route-modes.ts";
import type { Product, Trade, Wechatpay } from "./trade.ts";

type PrepayProduct = Exclude<Product, "codepay">;

const hourMs = 3_600_000;
const codeLifetimesMs = { native: 2 * hourMs, jsapi: 2 * hourMs, app: 2 * hourMs, h5: 5 * 60_000 } as const;
const minPayableMs = 60_000;
const maxPayableMs = 7 * 24 * hourMs;

const products = ["native", "jsapi", "app", "h5"] as const;

/** Prepay of Native, JSAPI and mini-program, APP and H5. https://pay.weixin.qq.com/doc/v3/merchant/4012791877 */
export const prepayRoutes = products.flatMap((product) =>
  inBothModes({
    method: "POST",
    path: product,
    operation: "create",
    handle: (wechatpay, request) => placeOrder(wechatpay, request, product),
  }),
);

function placeOrder(wechatpay: Wechatpay, { mode, merchant, body }: AuthorizedRequest, product: PrepayProduct): Answer {
  const json = parseJsonBody(body);
  checkFields(json, prepayFields(product, mode));
  const order = readOrderBody(json);
  const identity = readIdentity(mode, json, merchant);
  const notifyUrl = String(json.notify_url);
  checkNotifyUrl(notifyUrl, wechatpay.options.strictNotifyUrl);
  const openid = product === "jsapi" ? readOpenid(wechatpay, identity, objectAt(json, "payer")) : undefined;
  const now = wechatpay.core.clock.now();
  const payableUntil = readTimeExpire(optionalText(json.time_expire), now);
  const params = `${product} ${canonicalJson(json)}`;
  const number = { ...identity, outTradeNo: order.outTradeNo };
  const earlier = wechatpay.trades.find(number);
  if (earlier) checkReuse(earlier, params, wechatpay);
  else if (wechatpay.trades.isBurnt(number)) throw reentryMismatch();
  const code = product === "native" ? codeUrl() : prepayId(now);
  const trade: Trade = {
    ...(earlier ?? { ...identity, ...order, ...openid, notifyUrl, params, product, payableUntil, createdAt: now }),
    state: "NOTPAY",
    code,
    codeExpiresAt: now + codeLifetimesMs[product],
    isInvoked: false,
  };
  wechatpay.trades.save(trade);
  switch (product) {
    case "native":
      return { body: { code_url: code } };
    case "h5":
      return { body: { h5_url: h5Url(wechatpay.core.urls().wechatpay, code) } };
    case "jsapi":
    case "app":
      return { body: { prepay_id: code } };
  }
}

/** One openid is one payer at one app; it must be the app that the order names. */
function readOpenid(
  { openids }: Wechatpay,
  { subMchid, appid, subAppid }: Identity,
  payer: Record<string, unknown>,
): { openid?: string; subOpenid?: string } {
  const [openid, subOpenid] = [optionalText(payer.openid ?? payer.sp_openid), optionalText(payer.sub_openid)];
  if (subMchid !== undefined && (openid === undefined) === (subOpenid === undefined)) {
    throw fieldError("/payer", payer, "sp_openid和sub_openid必须且只能传一个");
  }
  if (subOpenid !== undefined && subAppid === undefined) throw fieldError("/sub_appid", undefined, "缺少必填字段");
  for (const [one, app] of [
    [openid, appid],
    [subOpenid, subAppid],
  ]) {
    if (one === undefined || app === undefined) continue;
    if ((openids.get(one) ?? app) !== app) throw invalidRequest("appid和openid不匹配");
    openids.put(one, app);
  }
  return { ...(openid !== undefined && { openid }), ...(subOpenid !== undefined && { subOpenid }) };
}

/** The latest moment to pay: at least one minute and at most seven days from now. */
function readTimeExpire(timeExpire: string | undefined, now: number): number {
  if (timeExpire === undefined) return now + maxPayableMs;
  const rfc3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?(Z|[+-]\d{2}:\d{2})$/;
  const at = rfc3339.test(timeExpire) ? Date.parse(timeExpire) : Number.NaN;
  if (Number.isNaN(at)) throw fieldError("/time_expire", timeExpire, "不符合rfc3339格式");
  return Math.min(Math.max(at, now + minPayableMs), now + maxPayableMs);
}

function codeUrl(): string {
  const letters = randomBytes(24)
    .toString("base64")
    .replace(/[^0-9A-Za-z]/g, "")
    .slice(0, 9);
  return `weixin://wxpay/bizpayurl?pr=${letters}`;
}

/** 36 characters: `wx`, day and time of day, and random ones. */
function prepayId(now: number): string {
  return `wx${toBeijingRfc3339(now).slice(8, 19).replace(/\D/g, "")}${randomBytes(13).toString("hex")}`;
}
