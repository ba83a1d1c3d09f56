import type { Receipt } from "@payhub/domain";
import { z } from "zod";

/** A transaction as queries and callbacks tell it (https://pay.weixin.qq.com/doc/v3/merchant/4012791880); the rest appears once paid. */
export const transactionSchema = z.object({
  mchid: z.string(),
  appid: z.string(),
  out_trade_no: z.string(),
  trade_state: z.string(),
  trade_state_desc: z.string().default(""),
  transaction_id: z.string().optional(),
  success_time: z.string().optional(),
  amount: z.object({ total: z.int(), currency: z.string() }).optional(),
});
export type Transaction = z.infer<typeof transactionSchema>;

const paidSchema = z.object({
  transaction_id: z.string().min(1).max(64),
  success_time: z.iso.datetime({ offset: true }),
  amount: z.object({ total: z.int().nonnegative(), currency: z.string() }),
});

/** The receipt that a paid transaction is, in the channel's own numbers; `undefined` when it lacks one. */
export function receiptFrom(transaction: Transaction): Receipt | undefined {
  const paid = paidSchema.safeParse(transaction).data;
  if (!paid) return undefined;
  return {
    outTradeNo: transaction.out_trade_no,
    channelTradeNo: paid.transaction_id,
    amount: paid.amount.total,
    currency: paid.amount.currency,
    paidAt: Date.parse(paid.success_time),
    payee: { mchid: transaction.mchid, appid: transaction.appid },
  };
}
