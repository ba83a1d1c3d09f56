import { beijingTime } from "./beijing-time.ts";
import type { AlipayField } from "./errors.ts";
import type { AlipayBuyer, StartedOrder } from "./order.ts";
import { yuanOfFen } from "./yuan.ts";

type Fields = Readonly<Record<string, AlipayField>>;

/** The amounts of an unpaid or unknown trade. */
export const noAmounts = {
  buyer_pay_amount: "0.00",
  invoice_amount: "0.00",
  point_amount: "0.00",
  receipt_amount: "0.00",
};

/** A buyer by user id, or by open id where the app knows only that. */
export function buyerFields(buyer: AlipayBuyer): Fields {
  const { buyerId, buyerLogonId, buyerOpenId } = buyer;
  return {
    buyer_logon_id: buyerLogonId,
    ...(buyerOpenId === undefined ? { buyer_user_id: buyerId } : { buyer_open_id: buyerOpenId }),
  };
}

/** The amounts that a trade's buyer paid; zeros while unpaid. */
export function amountFields({ amount, trade }: StartedOrder): Fields {
  if (trade.paidAt === undefined) return noAmounts;
  const total = yuanOfFen(amount);
  return { buyer_pay_amount: total, invoice_amount: total, point_amount: "0.00", receipt_amount: total };
}

/** How the buyer paid, with the key that API answers use. */
export function fundBill(amount: number): readonly Readonly<Record<string, string>>[] {
  return [{ amount: yuanOfFen(amount), fund_channel: "ALIPAYACCOUNT" }];
}

/** When it was paid, as a field of the given name; nothing while unpaid. */
export function paidAtField(name: string, { trade }: StartedOrder): Fields {
  return trade.paidAt === undefined ? {} : { [name]: beijingTime(trade.paidAt) };
}
