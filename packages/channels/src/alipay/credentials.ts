import { PayhubError } from "@payhub/domain";
import { z } from "zod";
import { normalisePrivateKey, normalisePublicKey, publicHalf } from "./keys.ts";

const DEFAULT_ENDPOINT = "https://openapi.alipay.com/gateway.do";

const privateKey = key(
  "an RSA private key of 2048 bits or more (PEM or base64, PKCS#1 or PKCS#8)",
  normalisePrivateKey,
);
const alipayPublicKey = key("an RSA public key of 2048 bits or more (PEM or base64)", normalisePublicKey);

const CREDENTIALS = z
  .strictObject({
    appId: z.string().regex(/^\d{16,32}$/, "must be the app's number, 16 to 32 digits"),
    sellerId: z.string().regex(/^2088\d{12}$/, "must be the seller's number, 2088 and 12 digits"),
    privateKey,
    alipayPublicKey,
    endpoint: z.url({ protocol: /^https?$/, error: "must be an http or https address" }).default(DEFAULT_ENDPOINT),
  })
  .refine((read) => read.alipayPublicKey !== publicHalf(read.privateKey), {
    path: ["alipayPublicKey"],
    error: "is the app's own public key; enter Alipay's public key, which the open platform shows beside it",
  });

/** One app of one seller at Alipay, with keys as PKCS#8 and SPKI PEM. Source: https://opendocs.alipay.com/common/02kipk */
export type AlipayCredentials = z.infer<typeof CREDENTIALS>;

/** Checks credentials and brings the keys into one form; throws `INVALID_INPUT` naming each wrong field, never a value. */
export function readCredentials(input: unknown): AlipayCredentials {
  const read = CREDENTIALS.safeParse(input);
  if (read.success) return read.data;
  const fields = read.error.issues.map((issue) => ({ field: fieldOf(issue), problem: problemOf(issue) }));
  const list = fields.map(({ field, problem }) => `${field} ${problem}`).join("; ");
  throw new PayhubError("INVALID_INPUT", `Alipay credentials cannot be used: ${list}`, { details: { fields } });
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
