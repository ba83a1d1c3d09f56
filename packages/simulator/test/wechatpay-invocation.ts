import { Formatter, Rsa } from "wechatpay-axios-plugin";
import type { WechatpayCredentials } from "../src/index.ts";

/** What to sign instead of the present time and a fresh nonce. */
type Facts = { timeStamp?: string; nonceStr?: string };

type Signer = Pick<WechatpayCredentials, "appid" | "mchid" | "merchantPrivateKey">;

const sign = (key: string, ...lines: string[]) => Rsa.sign(Formatter.joinedByLineFeed(...lines), key);

/** What a merchant's page hands to `getBrandWCPayRequest`, signed with the public client's own functions. */
export function jsapiParams(
  { appid, merchantPrivateKey }: Signer,
  prepayId: unknown,
  { timeStamp = String(Formatter.timestamp()), nonceStr = Formatter.nonce() }: Facts = {},
): Record<string, string> {
  const packageLine = `prepay_id=${prepayId}`;
  return {
    appId: appid,
    timeStamp,
    nonceStr,
    package: packageLine,
    signType: "RSA",
    paySign: sign(merchantPrivateKey, appid, timeStamp, nonceStr, packageLine),
  };
}

/** What a merchant's app hands to the SDK. */
export function appParams(
  { appid, mchid, merchantPrivateKey }: Signer,
  prepayId: unknown,
  { timeStamp = String(Formatter.timestamp()), nonceStr = Formatter.nonce() }: Facts = {},
): Record<string, string> {
  return {
    appId: appid,
    partnerId: mchid,
    prepayId: String(prepayId),
    packageValue: "Sign=WXPay",
    nonceStr,
    timeStamp,
    sign: sign(merchantPrivateKey, appid, timeStamp, nonceStr, String(prepayId)),
  };
}
