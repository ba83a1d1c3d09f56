import {
  ATTEMPT_MACHINE,
  type AttemptState,
  EXPIRY_LIMITS,
  PAYMENT_MACHINE,
  type PaymentStatus,
  SCENES,
} from "@payhub/domain";
import { z } from "zod";
import {
  amountSchema,
  authCodeSchema,
  clientIpSchema,
  idempotencyKeySchema,
  numberSchema,
  openidSchema,
  orderNoSchema,
  paymentRefSchema,
  returnUrlSchema,
  storeNoSchema,
  subjectSchema,
  timeSchema,
} from "../fields.ts";

const paymentStatusSchema = z.enum(Object.keys(PAYMENT_MACHINE) as [PaymentStatus, ...PaymentStatus[]]);
const attemptStateSchema = z.enum(Object.keys(ATTEMPT_MACHINE) as [AttemptState, ...AttemptState[]]);
const sceneSchema = z.enum(SCENES);
const seconds = (ms: number) => ms / 1000;

const orderFields = {
  idempotencyKey: idempotencyKeySchema,
  orderNo: orderNoSchema,
  accountNo: numberSchema("account"),
  amount: amountSchema,
  subject: subjectSchema,
};

/** Seconds that the order stays payable; the channel may allow less. */
const expiresInSchema = z
  .number()
  .int({ error: "expiresIn is a whole number of seconds" })
  .min(seconds(EXPIRY_LIMITS.minMs), { error: "expiresIn is at least 60 seconds" })
  .max(seconds(EXPIRY_LIMITS.maxMs), { error: "expiresIn is at most 7200 seconds" })
  .default(seconds(EXPIRY_LIMITS.defaultMs));

/** An order that the payer pays in their own time. */
const remote = { ...orderFields, expiresIn: expiresInSchema };

/** An order whose payer is at a counter; the channel's own bound holds. */
const atCounter = { ...orderFields, authCode: authCodeSchema, storeNo: storeNoSchema };

/** What to take money for; what a scene needs beside that depends on `scene`. */
export const createPaymentInputSchema = z.discriminatedUnion(
  "scene",
  [
    z.strictObject({ ...remote, scene: z.literal("qr") }),
    z.strictObject({ ...atCounter, scene: z.literal("barcode") }),
    z.strictObject({ ...atCounter, scene: z.literal("face") }),
    z.strictObject({ ...remote, scene: z.literal("jsapi"), openid: openidSchema }),
    z.strictObject({ ...remote, scene: z.literal("miniprogram"), openid: openidSchema }),
    z.strictObject({ ...remote, scene: z.literal("app") }),
    z.strictObject({
      ...remote,
      scene: z.literal("h5"),
      clientIp: clientIpSchema,
      returnUrl: returnUrlSchema.optional(),
    }),
    z.strictObject({
      ...remote,
      scene: z.literal("pc"),
      returnUrl: returnUrlSchema,
      pageMethod: z.enum(["get", "post"], { error: "pageMethod is get or post" }).default("get"),
    }),
  ],
  // An input that is no object at all keeps zod's own words.
  { error: ({ code }) => (code === "invalid_union" ? `scene is one of ${SCENES.join(", ")}` : undefined) },
);
export type CreatePaymentInput = z.output<typeof createPaymentInputSchema>;

export const getPaymentInputSchema = paymentRefSchema;
export type PaymentRef = z.output<typeof paymentRefSchema>;

export const closePaymentInputSchema = z
  .strictObject({
    idempotencyKey: idempotencyKeySchema,
    paymentNo: numberSchema("payment").optional(),
    orderNo: orderNoSchema.optional(),
  })
  .refine((ref) => (ref.paymentNo === undefined) !== (ref.orderNo === undefined), {
    error: "give either paymentNo or orderNo",
  });
export type ClosePaymentInput = z.output<typeof closePaymentInputSchema>;

export const listPaymentsInputSchema = z.strictObject({
  status: paymentStatusSchema.optional(),
  createdFrom: timeSchema.optional(),
  createdTo: timeSchema.optional(),
  /** Where the last page ended. */
  cursor: z
    .string()
    .regex(/^\d{1,18}$/, { error: "cursor is what nextCursor held" })
    .optional(),
  limit: z.number().int().min(1).max(200).default(50),
});
export type ListPaymentsInput = z.output<typeof listPaymentsInputSchema>;

export const watchPaymentInputSchema = z.strictObject({ paymentNo: numberSchema("payment") });

const parametersSchema = z.record(z.string(), z.string());

const payerActionSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("show_qr"), codeUrl: z.string(), expiresAt: z.string() }),
  z.object({ type: z.literal("redirect"), url: z.string() }),
  z.object({ type: z.literal("submit_form"), url: z.string(), fields: parametersSchema }),
  z.object({ type: z.literal("invoke_jsapi"), parameters: parametersSchema }),
  z.object({ type: z.literal("invoke_app"), parameters: parametersSchema }),
  z.object({ type: z.literal("wait") }),
  z.object({ type: z.literal("none") }),
]);
export type PayerActionView = z.output<typeof payerActionSchema>;

/** A payment as the business sees it, with the three numbers together. Times are ISO 8601 with offset, amounts fen. */
export const paymentViewSchema = z.object({
  paymentNo: z.string(),
  orderNo: z.string(),
  /** The attempt that settled it, or else the latest one; it is the channel's `out_trade_no`. */
  attemptNo: z.string(),
  channelTradeNo: z.string().nullable(),
  merchantNo: z.string(),
  accountNo: z.string(),
  channel: z.string(),
  scene: sceneSchema,
  subject: z.string(),
  amount: z.number(),
  chargedAmount: z.number(),
  oneCent: z.boolean(),
  currency: z.literal("CNY"),
  /** Fen of refunds that are reserved or given back. */
  refundedAmount: z.number(),
  status: paymentStatusSchema,
  /** The business asked to close it and the channel has not confirmed yet that no money can move. */
  closing: z.boolean(),
  action: payerActionSchema,
  expiresAt: z.string(),
  paidAt: z.string().nullable(),
  closedAt: z.string().nullable(),
  createdAt: z.string(),
});
export type PaymentView = z.output<typeof paymentViewSchema>;

/** The answer to `payments.create` and `payments.close`; `replayed` tells a stored answer from a fresh one. */
export const changedPaymentSchema = paymentViewSchema.extend({ replayed: z.boolean() });

export const attemptViewSchema = z.object({
  attemptNo: z.string(),
  accountNo: z.string(),
  channel: z.string(),
  scene: sceneSchema,
  state: attemptStateSchema,
  /** The channel's last answer is not known; payhub keeps asking. */
  unknown: z.boolean(),
  channelTradeNo: z.string().nullable(),
  chargedAmount: z.number(),
  failureCode: z.string().nullable(),
  failureMessage: z.string().nullable(),
  expiresAt: z.string(),
  paidAt: z.string().nullable(),
  createdAt: z.string(),
});
export type AttemptView = z.output<typeof attemptViewSchema>;

export const heldReceiptViewSchema = z.object({
  heldReceiptNo: z.string(),
  channel: z.string(),
  channelTradeNo: z.string(),
  amount: z.number(),
  reason: z.enum(["late", "duplicate", "amount_mismatch", "payee_mismatch", "unknown_order"]),
  status: z.enum(["held", "refunding", "refunded"]),
  /** The refund that gives it back. */
  refundNo: z.string().nullable(),
  paidAt: z.string(),
});
export type HeldReceiptView = z.output<typeof heldReceiptViewSchema>;

/** A payment with its whole story. */
export const paymentDetailSchema = paymentViewSchema.extend({
  attempts: z.array(attemptViewSchema),
  heldReceipts: z.array(heldReceiptViewSchema),
});
export type PaymentDetail = z.output<typeof paymentDetailSchema>;

export const listPaymentsOutputSchema = z.object({
  items: z.array(paymentViewSchema),
  /** Give it as `cursor` to go on; null when there is nothing to go on from. Rows of the last seconds may come again. */
  nextCursor: z.string().nullable(),
});
