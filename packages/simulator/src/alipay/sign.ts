import { sign, verify } from "node:crypto";

/** Flat string parameters, as a form or a query carries them. */
export type AlipayParams = Readonly<Record<string, string>>;

/**
 * The text that Alipay signs: `k=v` pairs in ASCII key order joined by `&`, values raw, without the `omit` keys.
 * Source: https://opendocs.alipay.com/common/057k53
 */
export function signContent(params: AlipayParams, omit: readonly string[]): string {
  return Object.keys(params)
    .filter((key) => !omit.includes(key))
    .sort()
    .map((key) => `${key}=${params[key]}`)
    .join("&");
}

/** RSA2 (SHA256withRSA, PKCS#1 v1.5) signature of UTF-8 text, in base64. */
export function signText(text: string, privateKeyPem: string): string {
  return sign("sha256", Buffer.from(text, "utf8"), privateKeyPem).toString("base64");
}

/**
 * Whether a request is signed by the app. `sign_type` is part of a request's text; parameters with an empty value are
 * accepted both signed and unsigned, because official SDKs do either. Source: https://opendocs.alipay.com/common/057k53
 */
export function isSignedRequest(params: AlipayParams, appPublicKeyPem: string): boolean {
  const signature = Buffer.from(params.sign ?? "", "base64");
  const filled = Object.fromEntries(Object.entries(params).filter(([, value]) => value !== ""));
  return [params, filled].some((candidate) =>
    verify("sha256", Buffer.from(signContent(candidate, ["sign"]), "utf8"), appPublicKeyPem, signature),
  );
}

/**
 * The signature of a notification: over every field but `sign` and `sign_type`.
 * Source: https://opendocs.alipay.com/common/02mse7
 */
export function signNotification(fields: AlipayParams, alipayPrivateKeyPem: string): string {
  return signText(signContent(fields, ["sign", "sign_type"]), alipayPrivateKeyPem);
}
