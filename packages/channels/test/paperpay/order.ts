import { CURRENCY, type Receipt } from "@payhub/domain";
import { z } from "zod";

const time = z.iso.datetime().transform((text) => Date.parse(text));

/** An order as Paper Pay writes it. */
export const orderShape = z.object({
  shopNo: z.string(),
  orderNo: z.string(),
  state: z.enum(["waiting", "paid", "closed"]),
  amount: z.int(),
  tradeNo: z.string().min(1).max(64).optional(),
  paidAt: time.optional(),
});
export type Order = z.infer<typeof orderShape>;

/** A refund as Paper Pay writes it. */
export const refundShape = z.object({
  orderNo: z.string(),
  refundNo: z.string(),
  amount: z.int(),
  state: z.enum(["processing", "done"]),
  doneAt: time.optional(),
});
export type PaperRefund = z.infer<typeof refundShape>;

/** The receipt of a paid order; `undefined` when the channel left out what makes it one. */
export function receiptOf({ shopNo, orderNo, state, amount, tradeNo, paidAt }: Order): Receipt | undefined {
  if (state !== "paid" || tradeNo === undefined || paidAt === undefined) return undefined;
  return { outTradeNo: orderNo, channelTradeNo: tradeNo, amount, currency: CURRENCY, paidAt, payee: { shopNo } };
}
