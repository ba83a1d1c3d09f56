import type { KeyObject } from "node:crypto";
import type { RejectionReason } from "../channel.ts";
import { isSignedBy } from "./sign.ts";

const MAX_SKEW_MS = 300_000;
const SIGNATURE_TYPE = "WECHATPAY2-SHA256-RSA2048";
const PROBE_PREFIX = "WECHATPAY/SIGNTEST/";

/** An answer or a callback as it came; header names in lower case. */
export interface SignedMessage {
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: Uint8Array;
}

export type KeyLookup = (serial: string) => KeyObject | undefined | Promise<KeyObject | undefined>;

/**
 * Checks that WeChat Pay signed these raw bytes within the last five minutes; returns why not, or `undefined`.
 * The key is chosen by `Wechatpay-Serial` alone (https://pay.weixin.qq.com/doc/v3/merchant/4013053249).
 */
export async function whyNotGenuine(
  { headers, body }: SignedMessage,
  { now, keyOf }: { now: number; keyOf: KeyLookup },
): Promise<RejectionReason | undefined> {
  const serial = headers["wechatpay-serial"];
  const timestamp = headers["wechatpay-timestamp"];
  const nonce = headers["wechatpay-nonce"];
  const signature = headers["wechatpay-signature"];
  if (!isShort(serial) || !isShort(timestamp) || !isShort(nonce) || !isShort(signature)) return "malformed";
  if ((headers["wechatpay-signature-type"] ?? SIGNATURE_TYPE) !== SIGNATURE_TYPE) return "algorithm";
  if (signature.startsWith(PROBE_PREFIX)) return "probe";
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(now - Number(timestamp) * 1000) > MAX_SKEW_MS) return "timestamp";
  const key = await keyOf(serial);
  if (!key) return "unknown_key";
  return isSignedBy(key, { timestamp, nonce, body, signature }) ? undefined : "signature";
}

function isShort(header: string | string[] | undefined): header is string {
  return typeof header === "string" && header.length > 0 && header.length <= 1024;
}
