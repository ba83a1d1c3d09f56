import { isNumberOf, MAX_AMOUNT, MIN_AMOUNT, type NumberKind } from "@payhub/domain";
import { z } from "zod";

/** Fen, an integer from 1 to 10,000,000,000. */
export const amountSchema = z
  .number({ error: "amount is an integer number of fen, such as 1288 for ¥12.88" })
  .max(MAX_AMOUNT, { error: `amount is at most ${MAX_AMOUNT} fen` })
  .int({ error: "amount is an integer number of fen, such as 1288 for ¥12.88; fractions are not money" })
  .min(MIN_AMOUNT, { error: `amount is at least ${MIN_AMOUNT} fen` });

/** The business's own order number, unique within the app. */
export const orderNoSchema = z
  .string()
  .regex(/^[A-Za-z0-9_\-|*@.:]{1,64}$/, { error: "orderNo has 1 to 64 letters, digits or _ - | * @ . :" });

/** The caller's key for one intended change; the same key never does it twice. */
export const idempotencyKeySchema = z.string().regex(/^[A-Za-z0-9_\-:.]{8,64}$/, {
  error: "idempotencyKey has 8 to 64 letters, digits or _ - : ., for example a UUID",
});

// Control characters and lone surrogates: C0, DEL, C1, line and paragraph separators, and code points above U+FFFF (emoji).
const FORBIDDEN_IN_SUBJECT = /[\p{Cc}\p{Cs}\u2028\u2029\u{10000}-\u{10ffff}]/u;

// Spaces, zero-width and direction marks alone show the payer nothing.
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u;

/** What the payer reads; WeChat Pay takes only characters of one to three UTF-8 bytes, so payhub refuses the rest for every channel. */
export const subjectSchema = z
  .string()
  .min(1, { error: "subject is empty" })
  .max(127, { error: "subject has at most 127 characters" })
  .refine((text) => VISIBLE.test(text), { error: "subject is blank" })
  .refine((text) => !FORBIDDEN_IN_SUBJECT.test(text), {
    error:
      "subject holds a control character, an emoji or another character outside the Basic Multilingual Plane; WeChat Pay refuses those",
  });

/** A number that payhub issued. */
export function numberSchema(kind: NumberKind) {
  return z.string().refine((text) => isNumberOf(kind, text), { error: `not a payhub ${kind} number` });
}

/** Names one payment by payhub's number or by the business's own; exactly one of them. */
export const paymentRefSchema = z
  .strictObject({ paymentNo: numberSchema("payment").optional(), orderNo: orderNoSchema.optional() })
  .refine((ref) => (ref.paymentNo === undefined) !== (ref.orderNo === undefined), {
    error: "give either paymentNo or orderNo",
  });

/** ISO 8601 with an offset. */
export const timeSchema = z.iso.datetime({
  offset: true,
  error: "a time is ISO 8601 with an offset, such as 2026-11-21T08:00:00+08:00",
});

/** The payer's id at the channel. */
export const openidSchema = z.string().regex(/^[A-Za-z0-9_-]{8,128}$/, {
  error: "openid is the payer's id at the channel, 8 to 128 letters, digits, _ or -",
});

/** What the cashier scanned, or the token of a face. */
export const authCodeSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{16,64}$/, { error: "authCode is the payer's code, 16 to 64 digits or letters" });

/** The business's own number of the store. */
export const storeNoSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,32}$/, { error: "storeNo has 1 to 32 letters, digits, _ or -" });

/** The payer's address, which the channel compares with the browser's. */
export const clientIpSchema = z.union([z.ipv4(), z.ipv6()], { error: "clientIp is an IPv4 or IPv6 address" });

/** Where the payer goes after paying. */
export const returnUrlSchema = z
  .url({ protocol: /^https?$/, error: "returnUrl is an http(s) address" })
  .max(255, { error: "returnUrl has at most 255 characters" });
