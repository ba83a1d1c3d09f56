import { REFUND_MACHINE, type RefundStatus } from "@payhub/domain";
import { z } from "zod";
import { amountSchema, idempotencyKeySchema, numberSchema, refundOrderNoSchema } from "../fields.ts";

const refundStatusSchema = z.enum(Object.keys(REFUND_MACHINE) as [RefundStatus, ...RefundStatus[]]);
const REASON_CHARACTERS = 80;

export const createRefundInputSchema = z
  .strictObject({
    idempotencyKey: idempotencyKeySchema,
    refundOrderNo: refundOrderNoSchema,
    paymentNo: numberSchema("payment").optional(),
    attemptNo: numberSchema("attempt").optional(),
    amount: amountSchema,
    /** Shown to the payer. */
    reason: z
      .string()
      .max(REASON_CHARACTERS, { error: `reason has at most ${REASON_CHARACTERS} characters` })
      .regex(/^[^\p{Cc}\p{Cs}\u{10000}-\u{10ffff}]*$/u, { error: "reason holds a control character or an emoji" })
      .default("退款"),
  })
  .refine((order) => order.paymentNo !== undefined || order.attemptNo !== undefined, {
    error: "give paymentNo or attemptNo",
  });
export type CreateRefundInput = z.output<typeof createRefundInputSchema>;

export const getRefundInputSchema = z
  .strictObject({ refundNo: numberSchema("refund").optional(), refundOrderNo: refundOrderNoSchema.optional() })
  .refine((ref) => (ref.refundNo === undefined) !== (ref.refundOrderNo === undefined), {
    error: "give either refundNo or refundOrderNo",
  });
export type RefundRef = z.output<typeof getRefundInputSchema>;

export const listRefundsInputSchema = z.strictObject({
  paymentNo: numberSchema("payment").optional(),
  status: refundStatusSchema.optional(),
  /** Where the last page ended. */
  cursor: z
    .string()
    .regex(/^\d{1,18}$/, { error: "cursor is what nextCursor held" })
    .optional(),
  limit: z.number().int().min(1).max(200).default(50),
});
export type ListRefundsInput = z.output<typeof listRefundsInputSchema>;

/** A refund as the business sees it. Times are ISO 8601 with offset, amounts fen. */
export const refundViewSchema = z.object({
  refundNo: z.string(),
  refundOrderNo: z.string(),
  paymentNo: z.string(),
  attemptNo: z.string(),
  channelRefundNo: z.string().nullable(),
  accountNo: z.string(),
  channel: z.string(),
  amount: z.number(),
  chargedAmount: z.number(),
  reason: z.string(),
  status: refundStatusSchema,
  /** The channel's last answer is not known; the amount stays reserved and payhub keeps asking. */
  unknown: z.boolean(),
  /** The channel needs people to finish it. */
  abnormal: z.boolean(),
  failureCode: z.string().nullable(),
  failureMessage: z.string().nullable(),
  succeededAt: z.string().nullable(),
  createdAt: z.string(),
});
export type RefundView = z.output<typeof refundViewSchema>;

export const createRefundOutputSchema = refundViewSchema.extend({ replayed: z.boolean() });

export const listRefundsOutputSchema = z.object({
  items: z.array(refundViewSchema),
  /** Give it as `cursor` to go on; null when there is nothing to go on from. Rows of the last seconds may come again. */
  nextCursor: z.string().nullable(),
});
