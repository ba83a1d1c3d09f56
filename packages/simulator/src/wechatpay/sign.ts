import type { KeyObject } from "node:crypto";
import { createCipheriv, createPrivateKey, createPublicKey, randomBytes, sign, verify } from "node:crypto";

/** Joins lines the way WeChat Pay signs them: each ends with LF, the last one too. https://pay.weixin.qq.com/doc/v3/merchant/4012365336 */
function lines(...parts: (string | Buffer)[]): Buffer {
  return Buffer.concat(parts.flatMap((part) => [Buffer.from(part), Buffer.from("\n")]));
}

export interface SignedRequest {
  method: string;
  /** Path and query exactly as received. */
  url: string;
  timestamp: string;
  nonce: string;
  body: Buffer;
}

export function verifyRequest(request: SignedRequest, signature: string, publicKey: KeyObject): boolean {
  const message = lines(request.method, request.url, request.timestamp, request.nonce, request.body);
  return verify("RSA-SHA256", message, publicKey, Buffer.from(signature, "base64"));
}

/** Signs an answer or a callback over its raw body. https://pay.weixin.qq.com/doc/v3/merchant/4012365334 */
export function signMessage(
  message: { timestamp: string; nonce: string; body: string },
  privateKey: KeyObject,
): string {
  return sign("RSA-SHA256", lines(message.timestamp, message.nonce, message.body), privateKey).toString("base64");
}

/** Encrypts as callbacks and certificates are: AES-256-GCM, tag appended. https://pay.weixin.qq.com/doc/v3/merchant/4012071382 */
export function encryptResource(options: { plaintext: string; associatedData: string; apiV3Key: string }): {
  algorithm: "AEAD_AES_256_GCM";
  ciphertext: string;
  nonce: string;
  associated_data: string;
} {
  const { plaintext, associatedData, apiV3Key } = options;
  const nonce = randomBytes(6).toString("hex");
  const cipher = createCipheriv("aes-256-gcm", Buffer.from(apiV3Key), Buffer.from(nonce));
  cipher.setAAD(Buffer.from(associatedData));
  const bytes = Buffer.concat([cipher.update(plaintext, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return {
    algorithm: "AEAD_AES_256_GCM",
    ciphertext: bytes.toString("base64"),
    nonce,
    associated_data: associatedData,
  };
}

/** Parses each PEM once. */
export interface KeyRing {
  publicKey(pem: string): KeyObject;
  privateKey(pem: string): KeyObject;
}

export function createKeyRing(): KeyRing {
  const keys = new Map<string, KeyObject>();
  function parse(pem: string, make: (pem: string) => KeyObject): KeyObject {
    const key = keys.get(pem) ?? make(pem);
    keys.set(pem, key);
    return key;
  }
  return { publicKey: (pem) => parse(pem, createPublicKey), privateKey: (pem) => parse(pem, createPrivateKey) };
}
