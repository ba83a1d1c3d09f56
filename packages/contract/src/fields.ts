import { isNumberOf, MAX_AMOUNT, MIN_AMOUNT, type NumberKind } from "@payhub/domain";
import { z } from "zod";

/** Fen, an integer from 1 to 10,000,000,000. */
export const amountSchema = z
  .number({ error: "amount is an integer number of fen, such as 1288 for ¥12.88" })
  .max(MAX_AMOUNT, { error: `amount is at most ${MAX_AMOUNT} fen` })
  .int({ error: "amount is an integer number of fen, such as 1288 for ¥12.88; fractions are not money" })
  .min(MIN_AMOUNT, { error: `amount is at least ${MIN_AMOUNT} fen` });

const businessNo = (field: string) =>
  z.string().regex(/^[A-Za-z0-9_\-|*@.:]{1,64}$/, { error: `${field} has 1 to 64 letters, digits or _ - | * @ . :` });

/** The business's own order number, unique within the app. */
export const orderNoSchema = businessNo("orderNo");

/** The business's own number of a refund, unique within the app. */
export const refundOrderNoSchema = businessNo("refundOrderNo");

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

const BAD_OPENID = "openid is the payer's id at the channel, 8 to 128 letters, digits, _ or -";
const BAD_AUTH_CODE = "authCode is what the payer shows, 16 to 64 letters, digits, _ or -";
const BAD_STORE_NO = "storeNo is the store's number, 1 to 32 letters, digits, _ or -";
const BAD_RETURN_URL =
  "returnUrl is an http(s) address without spaces; other characters than ASCII are percent-encoded";

/** The payer's id at the channel. */
export const openidSchema = z.string({ error: BAD_OPENID }).regex(/^[A-Za-z0-9_-]{8,128}$/, { error: BAD_OPENID });

/** What the cashier scanned, or the token of a face. */
export const authCodeSchema = z
  .string({ error: BAD_AUTH_CODE })
  .regex(/^[A-Za-z0-9_-]{16,64}$/, { error: BAD_AUTH_CODE });

/** The business's own number of the store. */
export const storeNoSchema = z.string({ error: BAD_STORE_NO }).regex(/^[A-Za-z0-9_-]{1,32}$/, { error: BAD_STORE_NO });

/** The payer's address, which the channel compares with the browser's. */
export const clientIpSchema = z.union([z.ipv4(), z.ipv6()], {
  error: "clientIp is the payer's IPv4 or IPv6 address",
});

/** Where the payer goes after paying. */
export const returnUrlSchema = z
  .string({ error: BAD_RETURN_URL })
  .max(255, { error: "returnUrl has at most 255 characters", abort: true })
  .refine((text) => /^https?:\/\/[\x21-\x7e]+$/.test(text) && URL.canParse(text), { error: BAD_RETURN_URL });
