import { X509Certificate } from "node:crypto";
import { normalisePublicKey } from "./keys.ts";

const PEM = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** Reads the first certificate of a file (the account's own; what follows is its issuer's) as PEM; `undefined` unless its key is strong RSA. */
export function normaliseCertificate(text: string): string | undefined {
  const [pem] = certificatesOf(text);
  return pem !== undefined && publicKeyOf(pem) !== undefined ? pem : undefined;
}

/**
 * Reads a bundle of root certificates as PEM; `undefined` when one cannot be read or none is RSA, since only those count for the
 * number that requests carry. Source: https://opendocs.alipay.com/common/056zub
 */
export function normaliseBundle(text: string): string | undefined {
  const pems = certificatesOf(text);
  return pems.some((pem) => publicKeyOf(pem) !== undefined) ? pems.join("") : undefined;
}

/** The SPKI PEM of a certificate's key; `undefined` unless it is strong RSA. */
export function publicKeyOf(certificatePem: string): string | undefined {
  try {
    const { publicKey } = new X509Certificate(certificatePem);
    return normalisePublicKey(publicKey.export({ type: "spki", format: "pem" }).toString());
  } catch {
    // A bundle also holds certificates of the Chinese national algorithms, whose keys Node does not know.
    return undefined;
  }
}

function certificatesOf(text: string): string[] {
  try {
    return (text.replace(/\\[rn]/g, "\n").match(PEM) ?? []).map((pem) => new X509Certificate(pem).toString());
  } catch {
    return [];
  }
}
