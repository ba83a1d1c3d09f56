import { PayhubError, SCENES } from "@payhub/domain";
import { z } from "zod";
import { normaliseBundle, normaliseCertificate, publicKeyOf } from "./certificates.ts";
import { normalisePrivateKey, normalisePublicKey, publicHalf } from "./keys.ts";

const DEFAULT_ENDPOINT = "https://openapi.alipay.com/gateway.do";

const privateKey = key(
  "an RSA private key of 2048 bits or more (PEM or base64, PKCS#1 or PKCS#8)",
  normalisePrivateKey,
);
const alipayPublicKey = key("an RSA public key of 2048 bits or more (PEM or base64)", normalisePublicKey);
const certificate = key("a certificate with an RSA key of 2048 bits or more (PEM)", normaliseCertificate);
const rootCertificates = key("Alipay's root certificates, one of them RSA (PEM)", normaliseBundle);
const appId = z.string().regex(/^\d{16,32}$/, "must be the app's number, 16 to 32 digits");

const FIELDS = z.strictObject({
  appId,
  sellerId: z.string().regex(/^2088\d{12}$/, "must be the seller's number, 2088 and 12 digits"),
  privateKey,
  alipayPublicKey: alipayPublicKey.optional(),
  appCert: certificate.optional(),
  alipayCert: certificate.optional(),
  alipayRootCert: rootCertificates.optional(),
  appAuthToken: z
    .string()
    .regex(/^\w{1,40}$/, "must be the merchant's authorization of a service provider's app, 1 to 40 letters and digits")
    .optional(),
  /** The mini-program that does the business, when it is not the app itself. */
  miniprogramAppId: appId.optional(),
  /** The scenes whose products the merchant has signed; all of them when absent. */
  products: z.array(z.enum(SCENES, "must be scenes of Alipay")).min(1).optional(),
  endpoint: z.url({ protocol: /^https?$/, error: "must be an http or https address" }).default(DEFAULT_ENDPOINT),
});
type Fields = z.infer<typeof FIELDS>;

const CERTIFICATE_FIELDS = ["appCert", "alipayCert", "alipayRootCert"] as const;

const CREDENTIALS = FIELDS.superRefine((read, context) => {
  for (const { field, problem } of wrongKeysOf(read)) {
    context.addIssue({ code: "custom", path: [field], message: problem });
  }
});

/**
 * One app of one seller at Alipay, with keys as PKCS#8 and SPKI PEM: in public-key mode with `alipayPublicKey`, in certificate mode
 * with the three certificates. With `appAuthToken` the app is a service provider's, and the seller is the merchant who gave it.
 * Source: https://opendocs.alipay.com/common/02kipk
 */
export type AlipayCredentials = Fields;

/** Checks credentials and brings the keys into one form; throws `INVALID_INPUT` naming each wrong field, never a value. */
export function readCredentials(input: unknown): AlipayCredentials {
  const read = CREDENTIALS.safeParse(input);
  if (read.success) return read.data;
  const fields = read.error.issues.map((issue) => ({ field: fieldOf(issue), problem: problemOf(issue) }));
  const list = fields.map(({ field, problem }) => `${field} ${problem}`).join("; ");
  throw new PayhubError("INVALID_INPUT", `Alipay credentials cannot be used: ${list}`, { details: { fields } });
}

/** The keys of both sides, in one mode and not in each other's place. */
function wrongKeysOf(read: Fields): { field: keyof Fields; problem: string }[] {
  const own = publicHalf(read.privateKey);
  const given = CERTIFICATE_FIELDS.filter((field) => read[field] !== undefined);
  if (given.length === 0) {
    if (read.alipayPublicKey === undefined) {
      return [{ field: "alipayPublicKey", problem: `is missing; or enter ${CERTIFICATE_FIELDS.join(", ")}` }];
    }
    if (read.alipayPublicKey !== own) return [];
    const problem = "is the app's own public key; enter Alipay's public key, which the open platform shows beside it";
    return [{ field: "alipayPublicKey", problem }];
  }
  if (read.alipayPublicKey !== undefined) {
    return [{ field: "alipayPublicKey", problem: `must be left out beside ${given.join(", ")}` }];
  }
  const missing = CERTIFICATE_FIELDS.filter((field) => read[field] === undefined);
  if (missing.length > 0) {
    return missing.map((field) => ({ field, problem: `is missing; certificate mode needs all three` }));
  }
  const wrong: { field: keyof Fields; problem: string }[] = [];
  if (publicKeyOf(read.appCert ?? "") !== own) {
    wrong.push({ field: "appCert", problem: "is the certificate of another key than privateKey" });
  }
  if (publicKeyOf(read.alipayCert ?? "") === own) {
    wrong.push({ field: "alipayCert", problem: "is the app's own certificate; enter Alipay's" });
  }
  return wrong;
}

function key(kind: string, normalise: (text: string) => string | undefined) {
  return z.string().transform((text, context) => {
    const pem = normalise(text);
    if (pem !== undefined) return pem;
    context.addIssue({ code: "custom", message: `must be ${kind}` });
    return z.NEVER;
  });
}

function fieldOf(issue: z.core.$ZodIssue): string {
  if (issue.code === "unrecognized_keys") return issue.keys.join(", ");
  return issue.path.join(".") || "credentials";
}

function problemOf(issue: z.core.$ZodIssue): string {
  if (issue.code === "unrecognized_keys") return "is not a field of Alipay credentials";
  if (issue.code === "invalid_type")
    return issue.expected === "object" ? "must be an object" : `must be a ${issue.expected}`;
  return issue.message;
}
