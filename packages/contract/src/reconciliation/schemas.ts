import {
  BILL_KINDS,
  DIFFERENCE_CLASSES,
  DIFFERENCE_STATES,
  FUND_FLOW_KINDS,
  RUN_STAGES,
  RUN_STATES,
  STATEMENT_GROUPS,
} from "@payhub/domain";
import { z } from "zod";
import { idempotencyKeySchema, numberSchema } from "../fields.ts";
import { differenceFilterFields } from "./difference-schemas.ts";
import {
  actorSchema,
  dayCursorSchema,
  daySchema,
  isOnePeriod,
  ONE_PERIOD,
  periodFields,
  scopeFields,
  withPeriod,
} from "./fields.ts";

export const statementInputSchema = z
  .strictObject({ ...periodFields, ...scopeFields, by: z.enum(STATEMENT_GROUPS).default("account") })
  .refine(isOnePeriod, ONE_PERIOD)
  .transform(withPeriod);
export type StatementInput = z.output<typeof statementInputSchema>;

const sideTotalsSchema = z.object({
  paymentCount: z.number(),
  paymentAmount: z.number(),
  refundCount: z.number(),
  refundAmount: z.number(),
  /** Payments less refunds less the fees of the bill. */
  net: z.number(),
});

const statementTotalsSchema = z.object({
  books: sideTotalsSchema,
  bill: sideTotalsSchema,
  fee: z.number(),
  matchedCount: z.number(),
  differences: z.array(
    z.object({
      differenceClass: z.enum(DIFFERENCE_CLASSES),
      differenceState: z.enum(DIFFERENCE_STATES),
      count: z.number(),
      delta: z.number(),
    }),
  ),
  openCount: z.number(),
  explainedPercent: z.number(),
});

/** Both sides of a day or a month; amounts in fen. */
export const statementViewSchema = z.object({
  fromDay: z.string(),
  toDay: z.string(),
  by: z.enum(STATEMENT_GROUPS),
  total: statementTotalsSchema,
  /** `group`: the day, `accountNo` or `appId`; null for money that is no app's. */
  rows: z.array(statementTotalsSchema.extend({ group: z.string().nullable() })),
  /** How many runs of these days stand in each state; for a console. */
  runs: z.record(z.enum(RUN_STATES), z.number()).nullable(),
});

export const fundFlowInputSchema = z
  .strictObject({ ...periodFields, merchantNo: scopeFields.merchantNo })
  .refine(isOnePeriod, ONE_PERIOD)
  .transform(withPeriod);
export type FundFlowInput = z.output<typeof fundFlowInputSchema>;

/** Where each merchant's money of each day went; amounts in fen. */
export const fundFlowViewSchema = z.object({
  days: z.array(
    z.object({
      merchantNo: z.string(),
      businessDay: z.string(),
      gross: z.number(),
      refunds: z.number(),
      fees: z.number(),
      net: z.number(),
      heldCount: z.number(),
      heldAmount: z.number(),
      heldLeftAmount: z.number(),
      channelFlows: z.array(
        z.object({
          flowKind: z.enum(FUND_FLOW_KINDS),
          inCount: z.number(),
          inAmount: z.number(),
          outCount: z.number(),
          outAmount: z.number(),
        }),
      ),
    }),
  ),
});

const fileFields = { format: z.enum(["csv", "xlsx"]), language: z.enum(["zh-CN", "en"]).default("zh-CN") };

export const exportInputSchema = z
  .discriminatedUnion("of", [
    z.strictObject({ of: z.literal("statement"), ...fileFields, ...periodFields, ...scopeFields }),
    z.strictObject({ of: z.literal("differences"), ...fileFields, ...differenceFilterFields }),
  ])
  .refine((input) => input.of === "differences" || isOnePeriod(input), ONE_PERIOD)
  .transform((input) => (input.of === "differences" ? input : withPeriod(input)));
export type ExportInput = z.output<typeof exportInputSchema>;

export const exportViewSchema = z.object({
  fileName: z.string(),
  contentType: z.string(),
  base64: z.string(),
});

export const listRunsInputSchema = z.strictObject({
  fromDay: daySchema.optional(),
  toDay: daySchema.optional(),
  accountNo: scopeFields.accountNo,
  runState: z.enum(RUN_STATES).optional(),
  cursor: dayCursorSchema.optional(),
  limit: z.number().int().min(1).max(200).default(50),
});
export type ListRunsInput = z.output<typeof listRunsInputSchema>;

export const runRefSchema = z.strictObject({ runNo: numberSchema("run") });

export const requestRunInputSchema = z.strictObject({
  /** Accepted like on every mutation; a day has one run, however often it is asked for. */
  idempotencyKey: idempotencyKeySchema.optional(),
  accountNo: numberSchema("account"),
  businessDay: daySchema,
  actor: actorSchema,
});
export type RequestRunInput = z.output<typeof requestRunInputSchema>;

/** A run and how far it is. Times are ISO 8601 with offset; bills are named by the SHA-256 of their bytes. */
export const runViewSchema = z.object({
  runNo: z.string(),
  accountNo: z.string(),
  merchantNo: z.string(),
  channel: z.string(),
  businessDay: z.string(),
  runState: z.enum(RUN_STATES),
  stage: z.enum(RUN_STAGES),
  linesRead: z.number(),
  compared: z.number(),
  tradeBill: z.string().nullable(),
  fundFlowBill: z.string().nullable(),
  requestedBy: z.string(),
  tryCount: z.number(),
  nextTryAt: z.string().nullable(),
  failure: z.string().nullable(),
  finishedAt: z.string().nullable(),
  createdAt: z.string(),
});
export type RunView = z.output<typeof runViewSchema>;

export const billFileViewSchema = z.object({
  billKind: z.enum(BILL_KINDS),
  digest: z.string(),
  sizeBytes: z.number(),
  billState: z.enum(["accepted", "refused", "none"]),
  failure: z.string().nullable(),
  createdAt: z.string(),
});
export type BillFileView = z.output<typeof billFileViewSchema>;

export const runDetailSchema = runViewSchema.extend({ billFiles: z.array(billFileViewSchema) });

export const listRunsOutputSchema = z.object({ items: z.array(runViewSchema), nextCursor: z.string().nullable() });
