import { DIFFERENCE_CAUSES, DIFFERENCE_CLASSES, DIFFERENCE_FIXES, DIFFERENCE_STATES } from "@payhub/domain";
import { z } from "zod";
import { idempotencyKeySchema, numberSchema } from "../fields.ts";
import { actorSchema, dayCursorSchema, daySchema, neededNoteSchema, noteSchema, scopeFields } from "./fields.ts";

/** Which differences are wanted. */
export const differenceFilterFields = {
  fromDay: daySchema.optional(),
  toDay: daySchema.optional(),
  ...scopeFields,
  differenceClass: z.enum(DIFFERENCE_CLASSES).optional(),
  differenceState: z.enum(DIFFERENCE_STATES).optional(),
  /** Null for those that nobody has; for a console. */
  assignee: actorSchema.nullable().optional(),
  /** At least so many days since their business day. */
  minAgeDays: z.number().int().min(0).max(3_650).optional(),
};

export const listDifferencesInputSchema = z.strictObject({
  ...differenceFilterFields,
  cursor: dayCursorSchema.optional(),
  limit: z.number().int().min(1).max(200).default(50),
});
export type ListDifferencesInput = z.output<typeof listDifferencesInputSchema>;

export const differenceRefSchema = z.strictObject({ differenceNo: numberSchema("difference") });

const acting = {
  /** Accepted like on every mutation; the same act by the same actor right after itself changes nothing. */
  idempotencyKey: idempotencyKeySchema.optional(),
  differenceNo: numberSchema("difference"),
  actor: actorSchema,
};

export const assignInputSchema = z.strictObject({ ...acting, assignee: actorSchema.nullable() });
export type AssignInput = z.output<typeof assignInputSchema>;

/** An act whose reason must be told. */
export const notedActInputSchema = z.strictObject({ ...acting, note: neededNoteSchema });
/** An act that may be explained. */
export const actInputSchema = z.strictObject({ ...acting, note: noteSchema.default("") });
export type ActInput = z.output<typeof actInputSchema>;

export const proposeInputSchema = z.strictObject({
  ...acting,
  fix: z.enum(["record_refund"]),
  note: noteSchema.default(""),
});
export type ProposeInput = z.output<typeof proposeInputSchema>;

const billLineSchema = z.object({
  lineNo: z.number(),
  kind: z.enum(["payment", "refund", "reversal"]),
  outTradeNo: z.string(),
  channelTradeNo: z.string(),
  outRefundNo: z.string().nullable(),
  channelRefundNo: z.string().nullable(),
  amount: z.number(),
  fee: z.number(),
  status: z.enum(["succeeded", "processing", "failed"]),
  occurredAt: z.string(),
});

const bookSideSchema = z.object({
  kind: z.enum(["payment", "refund", "held_receipt"]),
  number: z.string(),
  channelTradeNo: z.string().nullable(),
  amount: z.number(),
  chargedAmount: z.number(),
  status: z.string(),
  occurredAt: z.string().nullable(),
});

/** One row where bill and books disagree. Times are ISO 8601 with offset, amounts fen; who works on it is null for a business app. */
export const differenceViewSchema = z.object({
  differenceNo: z.string(),
  businessDay: z.string(),
  /** Days since the business day. */
  ageDays: z.number(),
  accountNo: z.string(),
  merchantNo: z.string(),
  channel: z.string(),
  differenceClass: z.enum(DIFFERENCE_CLASSES),
  cause: z.enum(DIFFERENCE_CAUSES),
  proposedFix: z.enum(DIFFERENCE_FIXES),
  differenceState: z.enum(DIFFERENCE_STATES),
  appId: z.string().nullable(),
  paymentNo: z.string().nullable(),
  outTradeNo: z.string().nullable(),
  channelTradeNo: z.string().nullable(),
  outRefundNo: z.string().nullable(),
  /** Bill less books; refunds count negative. */
  delta: z.number(),
  billLine: billLineSchema.nullable(),
  bookSide: bookSideSchema.nullable(),
  facts: z.record(z.string(), z.union([z.string(), z.number()])).nullable(),
  assignee: z.string().nullable(),
  pendingFix: z.enum(DIFFERENCE_FIXES).nullable(),
  pendingBy: z.string().nullable(),
  endedBy: z.string().nullable(),
  endedAt: z.string().nullable(),
  foundAt: z.string(),
});
export type DifferenceView = z.output<typeof differenceViewSchema>;

export const listDifferencesOutputSchema = z.object({
  items: z.array(differenceViewSchema),
  /** Give it as `cursor` to go on; null at the end. */
  nextCursor: z.string().nullable(),
});

const differenceActionSchema = z.object({
  actor: z.string(),
  actionKind: z.enum([
    "found",
    "repaired",
    "assign",
    "note",
    "resolve",
    "accept",
    "reopen",
    "propose",
    "approve",
    "reject",
  ]),
  note: z.string(),
  at: z.string(),
});
export type DifferenceActionView = z.output<typeof differenceActionSchema>;

export const differenceDetailSchema = differenceViewSchema.extend({
  /** What was done about it, in order; empty for a business app. */
  actions: z.array(differenceActionSchema),
});
