import { createDecipheriv, type KeyObject, sign, verify } from "node:crypto";

const SCHEME = "WECHATPAY2-SHA256-RSA2048";
const TAG_BYTES = 16;

/** The text that a WeChat Pay signature covers: each part ends with a line feed, the last one too (https://pay.weixin.qq.com/doc/v3/merchant/4012365336). */
export function signedText(...lines: string[]): string {
  return `${lines.join("\n")}\n`;
}

/** SHA256-RSA2048 over a text, in base64; runs on the thread pool. */
export function signText(text: string, privateKey: KeyObject): Promise<string> {
  return new Promise((resolve, reject) => {
    sign("RSA-SHA256", Buffer.from(text), privateKey, (error, signature) => {
      if (error) reject(error);
      else resolve(signature.toString("base64"));
    });
  });
}

/** What a request is signed with and over; `path` as it goes on the wire, query included. */
export interface RequestToSign {
  method: "GET" | "POST";
  path: string;
  body: string;
  timestamp: string;
  nonce: string;
  mchid: string;
  merchantSerialNo: string;
}

/** The `Authorization` header of a request (https://pay.weixin.qq.com/doc/v3/merchant/4012365336). */
export async function authorize(request: RequestToSign, privateKey: KeyObject): Promise<string> {
  const { method, path, body, timestamp, nonce, mchid, merchantSerialNo } = request;
  const signature = await signText(signedText(method, path, timestamp, nonce, body), privateKey);
  return `${SCHEME} mchid="${mchid}",nonce_str="${nonce}",signature="${signature}",timestamp="${timestamp}",serial_no="${merchantSerialNo}"`;
}

/** Whether the channel signed these raw bytes (https://pay.weixin.qq.com/doc/v3/merchant/4013053249). */
export function isSignedBy(
  key: KeyObject,
  message: { timestamp: string; nonce: string; body: Uint8Array; signature: string },
): boolean {
  const text = Buffer.concat([
    Buffer.from(`${message.timestamp}\n${message.nonce}\n`),
    message.body,
    Buffer.from("\n"),
  ]);
  return verify("RSA-SHA256", text, key, Buffer.from(message.signature, "base64"));
}

/** A sealed part of an answer or a callback; `ciphertext` is base64 with the tag at its end. */
export interface SealedResource {
  ciphertext: string;
  nonce: string;
  associated_data?: string | undefined;
}

/** Opens AEAD_AES_256_GCM with the APIv3 key (https://pay.weixin.qq.com/doc/v3/merchant/4012071382); `undefined` when the seal does not hold. */
export function openResource(sealed: SealedResource, apiV3Key: Uint8Array): Buffer | undefined {
  const bytes = Buffer.from(sealed.ciphertext, "base64");
  const split = bytes.length - TAG_BYTES;
  if (split < 0) return undefined;
  try {
    const decipher = createDecipheriv("aes-256-gcm", apiV3Key, Buffer.from(sealed.nonce), { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(sealed.associated_data ?? ""));
    decipher.setAuthTag(bytes.subarray(split));
    return Buffer.concat([decipher.update(bytes.subarray(0, split)), decipher.final()]);
  } catch {
    return undefined;
  }
}
