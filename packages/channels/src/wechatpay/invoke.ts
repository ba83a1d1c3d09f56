import type { PayerAction } from "@payhub/domain";
import { invokingAppid } from "./identity.ts";
import type { Line } from "./line.ts";
import { signedText, signText } from "./sign.ts";

/** Parameters for `getBrandWCPayRequest` or `wx.requestPayment`, signed: https://pay.weixin.qq.com/doc/v3/merchant/4012365340 */
export async function invokeJsapi(
  line: Line,
  { scene, prepayId }: { scene: "jsapi" | "miniprogram"; prepayId: string },
): Promise<PayerAction> {
  const appId = invokingAppid(line.credentials, scene);
  const { timeStamp, nonceStr } = stamp(line);
  const packageLine = `prepay_id=${prepayId}`;
  const paySign = await signText(signedText(appId, timeStamp, nonceStr, packageLine), line.privateKey);
  // A mini-program signs its appid and does not pass it: it is the appid.
  const app: { appId?: string } = scene === "jsapi" ? { appId } : {};
  return {
    type: "invoke_jsapi",
    parameters: { ...app, timeStamp, nonceStr, package: packageLine, signType: "RSA", paySign },
  };
}

/** Parameters for the SDK's `PayReq`, signed without the prefix that pages have: https://pay.weixin.qq.com/doc/v3/merchant/4013070351 */
export async function invokeApp(line: Line, prepayId: string): Promise<PayerAction> {
  const appId = invokingAppid(line.credentials, "app");
  const { timeStamp, nonceStr } = stamp(line);
  const sign = await signText(signedText(appId, timeStamp, nonceStr, prepayId), line.privateKey);
  const partnerId = line.credentials.mchid;
  const parameters = { appId, partnerId, prepayId, packageValue: "Sign=WXPay", nonceStr, timeStamp, sign };
  return { type: "invoke_app", parameters };
}

function stamp({ runtime }: Line): { timeStamp: string; nonceStr: string } {
  return {
    timeStamp: String(Math.floor(runtime.clock.now() / 1000)),
    nonceStr: Buffer.from(runtime.random.bytes(16)).toString("hex"),
  };
}
