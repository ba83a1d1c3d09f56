import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";

const MIN_MODULUS_BITS = 2048;
const PEM = /-----BEGIN [A-Z ]+-----([\s\S]+?)-----END [A-Z ]+-----/;

/**
 * Reads an RSA private key in any form that Alipay's tools and people's habits produce (PEM or bare base64, PKCS#1 or
 * PKCS#8, on one line, with literal `\n`) and writes it as PKCS#8 PEM; `undefined` when it is none.
 * Source: https://opendocs.alipay.com/common/02kipk
 */
export function normalisePrivateKey(text: string): string | undefined {
  const key = derOf(text);
  const read = (type: "pkcs8" | "pkcs1") => createPrivateKey({ key, format: "der", type });
  return firstStrongRsa([() => read("pkcs8"), () => read("pkcs1")])
    ?.export({ type: "pkcs8", format: "pem" })
    .toString();
}

/** Reads an RSA public key in the same forms and writes it as SPKI PEM; `undefined` when it is none. */
export function normalisePublicKey(text: string): string | undefined {
  const key = derOf(text);
  const read = (type: "spki" | "pkcs1") => createPublicKey({ key, format: "der", type });
  return firstStrongRsa([() => read("spki"), () => read("pkcs1")])
    ?.export({ type: "spki", format: "pem" })
    .toString();
}

/** The SPKI PEM of a private key's public half. */
export function publicHalf(privateKeyPem: string): string {
  return createPublicKey(privateKeyPem).export({ type: "spki", format: "pem" }).toString();
}

function derOf(text: string): Buffer {
  const lines = text.replace(/\\[rn]/g, "\n");
  return Buffer.from(PEM.exec(lines)?.[1] ?? lines, "base64");
}

function firstStrongRsa(readers: readonly (() => KeyObject)[]): KeyObject | undefined {
  for (const read of readers) {
    try {
      const key = read();
      const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
      if (key.asymmetricKeyType === "rsa" && bits >= MIN_MODULUS_BITS) return key;
    } catch {
      // Not of this form: the next reader may know it.
    }
  }
  return undefined;
}
