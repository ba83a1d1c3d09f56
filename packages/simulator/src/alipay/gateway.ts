import type { AlipayCall, AlipayContext } from "./call.ts";
import { gatewayRefusal } from "./errors.ts";
import { type AlipayMerchant, sellerOf } from "./merchant.ts";
import { type AlipayMethod, findMethod } from "./methods.ts";
import { type AlipayParams, isSignedRequest, signContent } from "./sign.ts";

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
export function admitRequest(params: AlipayParams, context: AlipayContext): { method: AlipayMethod; call: AlipayCall } {
  if (!params.method) throw gatewayRefusal("isv.missing-method");
  if (!params.app_id) throw gatewayRefusal("isv.missing-app-id");
  const merchant = context.merchants.get(params.app_id);
  if (!merchant) throw gatewayRefusal("isv.invalid-app-id");
  checkSignature(params, merchant);
  if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(params.timestamp ?? "")) throw gatewayRefusal("isv.invalid-timestamp");
  if (params.format && params.format.toUpperCase() !== "JSON") throw gatewayRefusal("isv.invalid-format");
  const method = findMethod(params.method);
  if (!method) throw gatewayRefusal("isv.invalid-method");
  const seller = sellerOf(merchant, params.app_auth_token);
  if (!seller) throw gatewayRefusal("aop.invalid-app-auth-token");
  const biz = parseBizContent(params);
  if (!biz) throw gatewayRefusal("isv.illegal-json");
  const { notify_url: notifyUrl, return_url: returnUrl } = params;
  return { method, call: { ...context, merchant, seller, biz, notifyUrl, returnUrl, now: context.core.clock.now() } };
}

function checkSignature(params: AlipayParams, merchant: AlipayMerchant): void {
  for (const [name, subCode] of requiredParams) if (!params[name]) throw gatewayRefusal(subCode);
  if (params.sign_type !== "RSA2") throw gatewayRefusal("isv.invalid-signature-type");
  if (params.charset?.toLowerCase() !== "utf-8") throw gatewayRefusal("isv.invalid-charset");
  if (merchant.certificates) checkCertificates(params, merchant.certificates);
  if (!isSignedRequest(params, merchant.appPublicKeyPem)) {
    throw gatewayRefusal("isv.invalid-signature", `，验签字符串：${signContent(params, ["sign"])}`);
  }
}

/** Source: https://opendocs.alipay.com/common/056zub */
function checkCertificates(params: AlipayParams, known: { appCertSn: string; rootCertSn: string }): void {
  const { app_cert_sn: app, alipay_root_cert_sn: root } = params;
  if (!app) throw gatewayRefusal("isv.missing-app-cert-sn");
  if (!root) throw gatewayRefusal("isv.missing-alipay-root-cert-sn");
  if (app !== known.appCertSn) throw gatewayRefusal("isv.invalid-app-cert-sn");
  if (root !== known.rootCertSn) throw gatewayRefusal("isv.invalid-alipay-root-cert-sn");
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
