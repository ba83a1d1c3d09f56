import type { AlipayHandler } from "./call.ts";
import { cancelTrade } from "./cancel.ts";
import { closeTrade } from "./close.ts";
import { gatewayRefusal } from "./errors.ts";
import type { AlipayMerchant } from "./merchant.ts";
import { precreateTrade } from "./precreate.ts";
import { queryTrade } from "./query.ts";
import { type AlipayParams, isSignedRequest, signContent } from "./sign.ts";

/** The API methods that the simulator speaks, with the operation that faults and the call log name. */
export const alipayMethods: Readonly<
  Record<string, { operation: "create" | "query" | "close" | "cancel"; handle: AlipayHandler }>
> = {
  "alipay.trade.precreate": { operation: "create", handle: precreateTrade },
  "alipay.trade.query": { operation: "query", handle: queryTrade },
  "alipay.trade.close": { operation: "close", handle: closeTrade },
  "alipay.trade.cancel": { operation: "cancel", handle: cancelTrade },
};

const requiredParams = [
  ["sign_type", "isv.missing-signature-type"],
  ["sign", "isv.missing-signature"],
  ["timestamp", "isv.missing-timestamp"],
  ["version", "isv.missing-version"],
] as const;

/**
 * Checks the common parameters and the signature in the gateway's order (the app before the signature).
 * Source: https://opendocs.alipay.com/common/02km9f
 */
export function admitRequest(params: AlipayParams, merchant: AlipayMerchant): AlipayHandler {
  for (const [name, subCode] of requiredParams) if (!params[name]) throw gatewayRefusal(subCode);
  if (params.sign_type !== "RSA2") throw gatewayRefusal("isv.invalid-signature-type");
  if (params.charset?.toLowerCase() !== "utf-8") throw gatewayRefusal("isv.invalid-charset");
  if (!isSignedRequest(params, merchant.appPublicKeyPem)) {
    throw gatewayRefusal("isv.invalid-signature", `，验签字符串：${signContent(params, ["sign"])}`);
  }
  if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(params.timestamp ?? "")) throw gatewayRefusal("isv.invalid-timestamp");
  if (params.format && params.format.toUpperCase() !== "JSON") throw gatewayRefusal("isv.invalid-format");
  const method = Object.hasOwn(alipayMethods, params.method ?? "") ? alipayMethods[params.method ?? ""] : undefined;
  if (!method) throw gatewayRefusal("isv.invalid-method");
  return method.handle;
}

/** The business parameters of a request, or undefined when `biz_content` is no JSON object. */
export function parseBizContent(params: AlipayParams): Readonly<Record<string, unknown>> | undefined {
  try {
    const biz: unknown = JSON.parse(params.biz_content ?? "{}");
    return isRecord(biz) ? biz : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
