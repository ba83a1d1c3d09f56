import { verify } from "node:crypto";
import { SimulatorError } from "../core/error.ts";
import type { InvocationParams } from "../core/payer.ts";
import type { Trade, Wechatpay } from "./trade.ts";

type Params = Readonly<Record<string, string>>;

/** What the wallet reads from a page's or an app's parameters. */
interface Invocation {
  product: "jsapi" | "app";
  prepayId: string;
  /** The last line that is signed. */
  packageLine: string;
  signature: string;
}

/** True for the parameters of JSAPI, a mini-program or an app. */
export function isInvocation(params: InvocationParams): params is Params {
  return typeof params === "object" && ("paySign" in params || ("prepayId" in params && "sign" in params));
}

/**
 * Takes client parameters as the wallet does and returns the order they open; throws INVALID_INVOCATION for a wrong
 * field or signature. https://pay.weixin.qq.com/doc/v3/merchant/4012365340
 */
export function takeInvocation(wechatpay: Wechatpay, params: Params): Trade {
  const invocation = "paySign" in params ? readJsapi(params) : readApp(params);
  const { timeStamp = "", nonceStr = "", appId } = params;
  if (!/^\d{10}$/.test(timeStamp)) throw refuse("timeStamp is no text of ten digits");
  if (!/^[0-9A-Za-z]{1,32}$/.test(nonceStr)) throw refuse("nonceStr is no text of 1 to 32 letters and digits");
  const trade = wechatpay.trades.byCode(invocation.prepayId);
  const merchant = trade && wechatpay.merchants.get(trade.mchid);
  if (!merchant || trade.product !== invocation.product) throw refuse("prepay_id is not one of this product");
  if (invocation.product === "app" && ![trade.mchid, trade.subMchid].includes(params.partnerId)) {
    throw refuse("partnerId is not the order's merchant");
  }
  const key = wechatpay.keys.publicKey(merchant.merchantPublicKeyPem);
  // A mini-program is its appid and does not pass it; a service provider may invoke from either app.
  const isSigned = [trade.appid, trade.subAppid].some((app) => {
    if (app === undefined || (appId ?? app) !== app) return false;
    const message = `${app}\n${timeStamp}\n${nonceStr}\n${invocation.packageLine}\n`;
    return verify("RSA-SHA256", Buffer.from(message), key, Buffer.from(invocation.signature, "base64"));
  });
  if (!isSigned) throw refuse("支付验证签名失败");
  const invoked = { ...trade, isInvoked: true };
  if (trade.code === invocation.prepayId) wechatpay.trades.save(invoked);
  return invoked;
}

function readJsapi({ package: packageLine = "", signType, paySign = "" }: Params): Invocation {
  if (signType !== "RSA") throw refuse("signType is not RSA");
  const [, prepayId] = /^prepay_id=(.+)$/.exec(packageLine) ?? [];
  if (prepayId === undefined) throw refuse("package does not begin with prepay_id=");
  return { product: "jsapi", prepayId, packageLine, signature: paySign };
}

/** iOS calls `packageValue` `package`. */
function readApp({ prepayId = "", packageValue, package: packageText, sign = "", appId }: Params): Invocation {
  if ((packageValue ?? packageText) !== "Sign=WXPay") throw refuse("packageValue is not Sign=WXPay");
  if (appId === undefined) throw refuse("appId is missing");
  return { product: "app", prepayId, packageLine: prepayId, signature: sign };
}

const refuse = (message: string) => new SimulatorError("INVALID_INVOCATION", message);
