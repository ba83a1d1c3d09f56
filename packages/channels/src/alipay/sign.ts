import { AlipaySdk } from "alipay-sdk";
import type { Dispatcher } from "urllib";
import { z } from "zod";
import type { AlipayCredentials } from "./credentials.ts";

/** An answer whose signature is missing or wrong: nothing in it can be believed. */
export class UnverifiedAnswer extends Error {
  override readonly name = "UnverifiedAnswer";

  constructor(problem: string, raw: string) {
    super(`${problem}: ${whatItClaims(raw)}`);
  }
}

/**
 * `alipay-sdk` that verifies every answer. The SDK's own check cuts the signed text out by searching, so that a second
 * object behind a genuine one is believed, and dies on an answer without a signature; this one takes the whole body or none.
 * Source: https://opendocs.alipay.com/common/02mse7
 */
export class VerifyingSdk extends AlipaySdk {
  override checkResponseSign(raw: string): void {
    const envelope = readEnvelope(raw);
    if (!envelope) throw new UnverifiedAnswer("an answer without a signature", raw);
    if (!this.rsaCheck(envelope.content, envelope.sign, "RSA2")) {
      throw new UnverifiedAnswer("an answer with a wrong signature", raw);
    }
  }
}

/** Makes the SDK of one version of an account's credentials; without a dispatcher it only verifies notifications. */
export function createSdk(
  credentials: AlipayCredentials,
  line: { dispatcher?: Dispatcher; deadlineMs: number },
): VerifyingSdk {
  return new VerifyingSdk({
    appId: credentials.appId,
    privateKey: credentials.privateKey,
    keyType: "PKCS8",
    ...keysOfAlipay(credentials),
    gateway: credentials.endpoint,
    signType: "RSA2",
    camelcase: false,
    timeout: line.deadlineMs,
    ...(line.dispatcher && { proxyAgent: line.dispatcher }),
  });
}

/** Alipay's key as it is, or by certificate: then the SDK also signs the numbers of the app's and the root certificates. */
function keysOfAlipay({ alipayPublicKey, appCert, alipayCert, alipayRootCert }: AlipayCredentials) {
  if (appCert && alipayCert && alipayRootCert) {
    return {
      appCertContent: appCert,
      alipayPublicCertContent: alipayCert,
      alipayRootCertContent: alipayRootCert,
    };
  }
  if (!alipayPublicKey) throw new Error("Alipay credentials without a key of Alipay");
  return { alipayPublicKey };
}

const CLAIM = z.object({
  code: z.string(),
  msg: z.string().optional(),
  sub_code: z.string().optional(),
  sub_msg: z.string().optional(),
});

const CERT_SN = String.raw`(?:,\s*"alipay_cert_sn"\s*:\s*"[0-9a-zA-Z]*"\s*)?`;
const ENVELOPE = new RegExp(
  String.raw`^\s*\{\s*"[a-z0-9_]+"\s*:\s*(\{.*\})\s*${CERT_SN},\s*"sign"\s*:\s*"([A-Za-z0-9+/=]+)"\s*${CERT_SN}\}\s*$`,
  "s",
);

/** One object and its signature are the whole body, so the object that the SDK reads is the one that was signed. */
function readEnvelope(raw: string): { content: string; sign: string } | undefined {
  const [, content, sign] = ENVELOPE.exec(raw) ?? [];
  return content === undefined || sign === undefined ? undefined : { content, sign };
}

/** The codes of an answer that cannot be believed, for people: a gateway that does not know the app cannot sign. */
function whatItClaims(raw: string): string {
  const claims = Object.values(z.record(z.string(), z.unknown()).catch({}).parse(JSON.parse(raw)));
  const read = CLAIM.safeParse(claims.find((claim) => typeof claim === "object"));
  if (!read.success) return "nothing readable";
  const { code, msg, sub_code, sub_msg } = read.data;
  return [code, msg, sub_code, sub_msg].filter((text) => text !== undefined).join(" ");
}
