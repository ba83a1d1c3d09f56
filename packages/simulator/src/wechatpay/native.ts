import { randomBytes } from "node:crypto";
import { isIP } from "node:net";
import { headerMchidMismatch, invalidRequest, orderClosed, orderPaid, WechatpayError } from "./errors.ts";
import type { Answer, AuthorizedRequest, Route } from "./handler.ts";
import { isObject, parseJsonBody } from "./json-body.ts";
import type { NativeBody } from "./prepay-body.ts";
import { fieldError, readNativeBody } from "./prepay-body.ts";
import type { Trade, Wechatpay } from "./trade.ts";

const codeLifetimeMs = 2 * 3_600_000;
const minPayableMs = 60_000;
const maxPayableMs = 7 * 24 * 3_600_000;

/** Native prepay. https://pay.weixin.qq.com/doc/v3/merchant/4012791877 */
export const nativeRoute: Route = {
  method: "POST",
  url: "/v3/pay/transactions/native",
  operation: "create",
  handle: placeNativeOrder,
};

function placeNativeOrder(wechatpay: Wechatpay, { merchant, body }: AuthorizedRequest): Answer {
  const json = parseJsonBody(body);
  const order = readNativeBody(json);
  if (order.mchid !== merchant.mchid) throw headerMchidMismatch();
  if (!merchant.appids.includes(order.appid)) {
    throw new WechatpayError(400, "APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配");
  }
  checkNotifyUrl(order.notifyUrl, wechatpay.strictNotifyUrl);
  const now = wechatpay.core.clock.now();
  const payableUntil = readTimeExpire(order, now);
  const params = JSON.stringify(sortKeys(json));
  const earlier = wechatpay.trades.find(order.mchid, order.outTradeNo);
  if (earlier) checkReuse(earlier, params, wechatpay);
  else if (wechatpay.trades.isBurnt(order.mchid, order.outTradeNo)) throw reentryMismatch();
  const trade: Trade = earlier ?? {
    mchid: order.mchid,
    appid: order.appid,
    outTradeNo: order.outTradeNo,
    description: order.description,
    attach: order.attach,
    notifyUrl: order.notifyUrl,
    total: order.total,
    params,
    codeUrl: "",
    codeExpiresAt: 0,
    payableUntil,
    state: "NOTPAY",
    createdAt: now,
  };
  trade.codeUrl = `weixin://wxpay/bizpayurl?pr=${randomBytes(16)
    .toString("base64")
    .replace(/[^0-9A-Za-z]/g, "")
    .slice(0, 9)}`;
  trade.codeExpiresAt = now + codeLifetimeMs;
  wechatpay.trades.save(trade);
  return { body: { code_url: trade.codeUrl } };
}

/** A live order may be placed again with the same parameters only; the earlier code_url dies. */
function checkReuse(earlier: Trade, params: string, { reuse }: Wechatpay): void {
  if (earlier.state === "SUCCESS") throw orderPaid();
  if (earlier.state === "CLOSED") throw orderClosed();
  if (earlier.params === params) return;
  if (reuse === "docs") throw new WechatpayError(403, "OUT_TRADE_NO_USED", "商户订单号重复");
  throw reentryMismatch();
}

const reentryMismatch = () => invalidRequest("请求重入时，参数与首次请求时不一致");

function checkNotifyUrl(notifyUrl: string, strict: boolean): void {
  const url = URL.parse(notifyUrl);
  const refuse = (issue: string) => fieldError("/notify_url", notifyUrl, issue);
  if (!url || (url.protocol !== "https:" && url.protocol !== "http:")) throw refuse("不是合法的URL");
  if (notifyUrl.includes("?")) throw refuse("不能携带参数");
  if (!strict) return;
  if (url.protocol !== "https:") throw refuse("必须为https协议");
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (host === "localhost" || isIP(host) !== 0) throw refuse("必须为外网可访问的域名");
}

/** The latest moment to pay: at least one minute and at most seven days from now. */
function readTimeExpire({ timeExpire }: NativeBody, now: number): number {
  if (timeExpire === undefined) return now + maxPayableMs;
  const rfc3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?(Z|[+-]\d{2}:\d{2})$/;
  const at = rfc3339.test(timeExpire) ? Date.parse(timeExpire) : Number.NaN;
  if (Number.isNaN(at)) throw fieldError("/time_expire", timeExpire, "不符合rfc3339格式");
  return Math.min(Math.max(at, now + minPayableMs), now + maxPayableMs);
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, one]): [string, unknown] => [key, sortKeys(one)]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
