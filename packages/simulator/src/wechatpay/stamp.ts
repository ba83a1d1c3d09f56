import { randomBytes } from "node:crypto";
import type { WechatpayMerchant } from "./merchant.ts";
import { type KeyRing, signMessage } from "./sign.ts";

export interface Signer {
  serial: string;
  privateKeyPem: string;
}

/** Signs an answer: the public key when the request names it, the certificate it names, else the newest one. */
export function signerFor({ platform }: WechatpayMerchant, requestSerial: string | undefined): Signer {
  const { publicKey, certificates } = platform;
  if (publicKey && (requestSerial === publicKey.id || certificates.length === 0)) {
    return { serial: publicKey.id, privateKeyPem: publicKey.privateKeyPem };
  }
  const certificate = certificates.find(({ serialNo }) => serialNo === requestSerial) ?? certificates.at(-1);
  if (!certificate) throw new Error("a WeChat Pay merchant needs a platform certificate or a public key");
  return { serial: certificate.serialNo, privateKeyPem: certificate.privateKeyPem };
}

/** Signs callbacks: whichever the merchant's migration has reached. */
export function callbackSigner(merchant: WechatpayMerchant): Signer {
  const { publicKey, callbacksSignedBy } = merchant.platform;
  return signerFor(merchant, callbacksSignedBy === "public_key" ? publicKey?.id : undefined);
}

/** The ways a signature can be wrong. */
export type Flaw = "bad_signature" | "unsigned" | "stale_timestamp" | "unknown_serial" | "probe";

const staleMs = 600_000;

/** The five `Wechatpay-*` headers over a body, flawed when asked. https://pay.weixin.qq.com/doc/v3/merchant/4013053249 */
export function stamp(options: {
  keys: KeyRing;
  signer: Signer;
  now: number;
  body: string;
  flaw?: Flaw | undefined;
}): Record<string, string> {
  const { keys, signer, now, body, flaw } = options;
  if (flaw === "unsigned") return {};
  const timestamp = String(Math.floor((flaw === "stale_timestamp" ? now - staleMs : now) / 1000));
  const nonce = randomBytes(16).toString("hex");
  const signedBody = flaw === "bad_signature" ? `${body} ` : body;
  const signature = signMessage({ timestamp, nonce, body: signedBody }, keys.privateKey(signer.privateKeyPem));
  return {
    "Wechatpay-Timestamp": timestamp,
    "Wechatpay-Nonce": nonce,
    "Wechatpay-Signature": flaw === "probe" ? `WECHATPAY/SIGNTEST/${signature.slice(19)}` : signature,
    "Wechatpay-Serial": flaw === "unknown_serial" ? randomBytes(20).toString("hex").toUpperCase() : signer.serial,
    "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
  };
}

/** A request id of the usual shape; the number after the dash is an internal error number, 0 when all is well. */
export function requestId(failed: boolean): string {
  return `08${randomBytes(20).toString("hex").toUpperCase()}-${failed ? "268435457" : "0"}`;
}
