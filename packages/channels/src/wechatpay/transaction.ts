import type { Receipt } from "@payhub/domain";
import { z } from "zod";
import { namedPayee, type OwnMerchant } from "./identity.ts";

/**
 * A transaction as queries and callbacks tell it (https://pay.weixin.qq.com/doc/v3/merchant/4012791880); the rest appears once
 * paid. A service provider's names two merchants; a bar code's may leave its appid out.
 */
export const transactionSchema = z
  .object({
    mchid: z.string().optional(),
    appid: z.string().optional(),
    sp_mchid: z.string().optional(),
    sp_appid: z.string().optional(),
    sub_mchid: z.string().optional(),
    sub_appid: z.string().optional(),
    out_trade_no: z.string(),
    trade_state: z.string(),
    trade_state_desc: z.string().default(""),
    transaction_id: z.string().optional(),
    success_time: z.string().optional(),
    amount: z.object({ total: z.int(), currency: z.string() }).optional(),
  })
  .refine(({ mchid, sp_mchid, sub_mchid }) =>
    mchid === undefined ? sp_mchid !== undefined && sub_mchid !== undefined : sp_mchid === undefined,
  );
export type Transaction = z.infer<typeof transactionSchema>;

const paidSchema = z.object({
  transaction_id: z.string().min(1).max(64),
  success_time: z.iso.datetime({ offset: true }),
  amount: z.object({ total: z.int().nonnegative(), currency: z.string() }),
});

/** The receipt that a paid transaction is, in the channel's own numbers; `undefined` when it lacks one. */
export function receiptFrom(transaction: Transaction, own: OwnMerchant): Receipt | undefined {
  const paid = paidSchema.safeParse(transaction).data;
  if (!paid) return undefined;
  return {
    outTradeNo: transaction.out_trade_no,
    channelTradeNo: paid.transaction_id,
    amount: paid.amount.total,
    currency: paid.amount.currency,
    paidAt: Date.parse(paid.success_time),
    payee: namedPayee(transaction, own),
  };
}
