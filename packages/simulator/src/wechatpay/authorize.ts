import { signError, WechatpayError } from "./errors.ts";
import type { WechatpayMerchant } from "./merchant.ts";
import type { KeyRing } from "./sign.ts";
import { verifyRequest } from "./sign.ts";

const windowMs = 300_000;
const scheme = "WECHATPAY2-SHA256-RSA2048";
const unverifiable = "签名信息错误，验签失败";
const badFormat = "Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》";
const fields = ["mchid", "nonce_str", "signature", "timestamp", "serial_no"] as const;

export interface IncomingRequest {
  method: string;
  /** Path and query exactly as received. */
  url: string;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

export interface AuthorizeOptions {
  merchants: ReadonlyMap<string, WechatpayMerchant>;
  keys: KeyRing;
  now: number;
}

/**
 * Checks the caller in the order of the live service: general headers, Authorization, clock, signature.
 * Throws `WechatpayError` 400 or 401. https://pay.weixin.qq.com/doc/v3/merchant/4012365336
 */
export function authorize(request: IncomingRequest, { merchants, keys, now }: AuthorizeOptions): WechatpayMerchant {
  const isPrepayFamily = /^\/v3\/pay\/(partner\/)?transactions/.test(request.url);
  if (!isPrepayFamily && (!request.headers.accept || !request.headers["user-agent"])) {
    throw new WechatpayError(400, "INVALID_REQUEST", "Http头缺少Accept或User-Agent");
  }
  const claim = parseAuthorization(request.headers.authorization, isPrepayFamily);
  if (Math.abs(now - Number(claim.timestamp) * 1000) > windowMs) {
    throw signError("Http头Authorization中的timestamp与发起请求的时间不得超过5分钟");
  }
  const merchant = merchants.get(claim.mchid);
  if (!merchant) throw new WechatpayError(400, "MCH_NOT_EXISTS", "商户号不存在");
  if (claim.serial_no !== merchant.merchantSerialNo) {
    throw signError("商户证书序列号有误。请使用签名私钥匹配的证书序列号");
  }
  const { method, url, body } = request;
  const signed = { method, url, timestamp: claim.timestamp, nonce: claim.nonce_str, body };
  if (!verifyRequest(signed, claim.signature, keys.publicKey(merchant.merchantPublicKeyPem))) {
    throw signError("签名错误");
  }
  return merchant;
}

type Claim = Record<(typeof fields)[number], string>;

function parseAuthorization(header: string | string[] | undefined, isPrepayFamily: boolean): Claim {
  const malformed = () => signError(isPrepayFamily ? unverifiable : badFormat);
  if (typeof header !== "string") throw malformed();
  const space = header.indexOf(" ");
  if (space < 0) throw malformed();
  if (header.slice(0, space) !== scheme) {
    if (isPrepayFamily && !header.startsWith("WECHATPAY2-")) throw malformed();
    throw signError("HTTP头Authorization认证类型不正确");
  }
  const claim = new Map<string, string>();
  for (const pair of header.slice(space + 1).split(",")) {
    const [, name, value] = /^([a-z_]+)="([^"]+)"$/.exec(pair) ?? [];
    if (name === undefined || value === undefined || claim.has(name)) throw malformed();
    claim.set(name, value);
  }
  const read = (name: (typeof fields)[number]): string => {
    const value = claim.get(name);
    if (value === undefined) throw malformed();
    return value;
  };
  if (!/^\d{1,15}$/.test(read("timestamp"))) throw malformed();
  return {
    mchid: read("mchid"),
    nonce_str: read("nonce_str"),
    signature: read("signature"),
    timestamp: read("timestamp"),
    serial_no: read("serial_no"),
  };
}
