import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { PayhubError } from "@payhub/domain";
import { z } from "zod";

/** Where the channel is, unless an account says otherwise: https://pay.weixin.qq.com/doc/v3/merchant/4012791907 */
export const FIRST_HOST = "https://api.mch.weixin.qq.com";

const MIN_MODULUS_BITS = 2048;

const APPID = /^\w{1,32}$/;

/** The scenes of which WeChat Pay has a product. */
export const WECHATPAY_SCENES = ["qr", "jsapi", "miniprogram", "app", "h5", "barcode", "face"] as const;

/** A PEM from a form or an environment may have lost its line breaks to a literal `\n`. */
function pem(parse: (text: string) => KeyObject, words: string) {
  return z
    .string()
    .max(8192)
    .transform((text) => text.replaceAll("\\n", "\n").trim())
    .refine((text) => isRsa(parse, text), `must be ${words} of at least ${MIN_MODULUS_BITS} bits`);
}

function isRsa(parse: (text: string) => KeyObject, text: string): boolean {
  try {
    const key = parse(text);
    return key.asymmetricKeyType === "rsa" && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= MIN_MODULUS_BITS;
  } catch {
    return false;
  }
}

/** Node would also take a private key or a certificate here, and neither is what the channel signs with. */
function readPublicKey(text: string): KeyObject {
  if (!text.startsWith("-----BEGIN PUBLIC KEY-----")) throw new TypeError("not a public key");
  return createPublicKey(text);
}

/** An origin only: a path would have to be signed, and the channel has none. */
function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return ["http:", "https:"].includes(url.protocol) && url.href === `${url.origin}/`;
}

const credentialsSchema = z
  .strictObject({
    mchid: z.string().regex(/^\d{1,32}$/, "must be the merchant number, digits only"),
    appid: z.string().regex(APPID, "must be an appid bound to the merchant number"),
    /** The apps of single scenes, when they are not `appid`: its own id is what a mini-program or a mobile app pays under. */
    miniprogramAppid: z.string().regex(APPID, "must be a mini-program's appid").optional(),
    appAppid: z.string().regex(APPID, "must be a mobile app's appid").optional(),
    /** For whom a service provider acts; `mchid`, `appid` and the keys are then the provider's. */
    subMchid: z
      .string()
      .regex(/^\d{1,32}$/, "must be the sub-merchant's number, digits only")
      .optional(),
    subAppid: z.string().regex(APPID, "must be an appid of the sub-merchant").optional(),
    /** The scenes whose products the merchant has opened; all of them when absent. */
    products: z.array(z.enum(WECHATPAY_SCENES, "must be scenes of WeChat Pay")).min(1).optional(),
    merchantSerialNo: z
      .string()
      .regex(/^[0-9A-Fa-f]{8,64}$/, "must be the serial of the merchant API certificate, in hex")
      .transform((serial) => serial.toUpperCase()),
    merchantPrivateKey: pem(createPrivateKey, "the PEM of an RSA private key"),
    apiV3Key: z.string().regex(/^[\x21-\x7e]{32}$/, "must be 32 ASCII characters"),
    publicKeyId: z
      .string()
      .regex(/^PUB_KEY_ID_\w{1,64}$/, "must begin with PUB_KEY_ID_")
      .optional(),
    publicKey: pem(readPublicKey, "the PEM of an RSA public key").optional(),
    endpoint: z
      .string()
      .refine(isOrigin, "must be an http(s) origin without a path")
      .transform((text) => new URL(text).origin)
      .default(FIRST_HOST),
  })
  .refine(({ publicKeyId, publicKey }) => (publicKeyId === undefined) === (publicKey === undefined), {
    path: ["publicKeyId"],
    message: "and publicKey must be given together",
  })
  .refine(({ subMchid, subAppid, mchid }) => subMchid !== mchid && (subAppid === undefined || subMchid !== undefined), {
    path: ["subMchid"],
    message: "must be another merchant's number, and must be given when subAppid is",
  });

/** A merchant's keys at WeChat Pay, as https://pay.weixin.qq.com/doc/v3/merchant/4013070756 names them; plain JSON. */
export type WechatpayCredentials = z.infer<typeof credentialsSchema>;

/** Checks credentials; throws `PayhubError` `INVALID_INPUT` naming each wrong field, never its value. */
export function readCredentials(input: unknown): WechatpayCredentials {
  const read = credentialsSchema.safeParse(input);
  if (read.success) return read.data;
  const fields = read.error.issues.map(problemOf);
  const list = fields.map(({ field, problem }) => `${field} ${problem}`).join("; ");
  throw new PayhubError("INVALID_INPUT", `WeChat Pay credentials cannot be used: ${list}`, { details: { fields } });
}

function problemOf(issue: z.core.$ZodIssue): { field: string; problem: string } {
  if (issue.code === "unrecognized_keys") {
    return { field: issue.keys.join(", "), problem: "is not a field of WeChat Pay credentials" };
  }
  const problem = issue.code === "invalid_type" ? `must be a ${issue.expected}` : issue.message;
  return { field: issue.path.join(".") || "credentials", problem };
}
