import type { PayerAction } from "@payhub/domain";
import { invokingAppid } from "./identity.ts";
import type { Line } from "./line.ts";
import { signedText, signText } from "./sign.ts";

/** What a client's signature covers. */
interface Invocation {
  appId: string;
  timeStamp: string;
  nonceStr: string;
  prepayId: string;
}

/** Four lines, the last with its prefix: https://pay.weixin.qq.com/doc/v3/merchant/4012365340 */
export function jsapiText({ appId, timeStamp, nonceStr, prepayId }: Invocation): string {
  return signedText(appId, timeStamp, nonceStr, packageOf(prepayId));
}

/** Four lines, the last without a prefix: https://pay.weixin.qq.com/doc/v3/merchant/4013070351 */
export function appText({ appId, timeStamp, nonceStr, prepayId }: Invocation): string {
  return signedText(appId, timeStamp, nonceStr, prepayId);
}

/** Signed parameters for `getBrandWCPayRequest` or `wx.requestPayment`. */
export async function invokeJsapi(
  line: Line,
  { scene, prepayId }: { scene: "jsapi" | "miniprogram"; prepayId: string },
): Promise<PayerAction> {
  const appId = invokingAppid(line.credentials, scene);
  const stamped = stamp(line);
  const paySign = await signText(jsapiText({ appId, ...stamped, prepayId }), line.privateKey);
  // A mini-program signs its appid and does not pass it: it is the appid.
  const app: { appId?: string } = scene === "jsapi" ? { appId } : {};
  const parameters = { ...app, ...stamped, package: packageOf(prepayId), signType: "RSA", paySign };
  return { type: "invoke_jsapi", parameters };
}

/** Signed parameters for the SDK's `PayReq`; a service provider's order names the provider as the partner. */
export async function invokeApp(line: Line, prepayId: string): Promise<PayerAction> {
  const appId = invokingAppid(line.credentials, "app");
  const stamped = stamp(line);
  const sign = await signText(appText({ appId, ...stamped, prepayId }), line.privateKey);
  const partnerId = line.credentials.mchid;
  return {
    type: "invoke_app",
    parameters: { appId, partnerId, prepayId, packageValue: "Sign=WXPay", ...stamped, sign },
  };
}

function packageOf(prepayId: string): string {
  return `prepay_id=${prepayId}`;
}

function stamp({ runtime }: Line): { timeStamp: string; nonceStr: string } {
  return {
    timeStamp: String(Math.floor(runtime.clock.now() / 1000)),
    nonceStr: Buffer.from(runtime.random.bytes(16)).toString("hex"),
  };
}
