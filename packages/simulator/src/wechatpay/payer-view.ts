import type { PayerView } from "../core/payer.ts";
import { subMerchantOf } from "./identity.ts";
import type { Trade, Wechatpay } from "./trade.ts";

/** What the wallet shows of an order. */
export function payerView({ merchants, core }: Wechatpay, trade: Trade, code: string): PayerView {
  const merchant = merchants.get(trade.mchid);
  const name = merchant && (subMerchantOf(merchant, trade.subMchid)?.name ?? merchant.name);
  return {
    channel: "wechatpay",
    code,
    merchantName: name ?? trade.mchid,
    subject: trade.description,
    amount: trade.total,
    state: payerState(trade, core.clock.now()),
    expiresAt: expiresAt(trade),
  };
}

const expiresAt = (trade: Trade) =>
  trade.product === "codepay" ? trade.payableUntil : Math.min(trade.codeExpiresAt, trade.payableUntil);

function payerState(trade: Trade, now: number): PayerView["state"] {
  switch (trade.state) {
    case "SUCCESS":
    case "REFUND":
      return "paid";
    case "CLOSED":
    case "REVOKED":
      return "closed";
    case "USERPAYING":
      return "password";
    case "PAYERROR":
      return "failed";
    case "NOTPAY":
      return now >= expiresAt(trade) ? "expired" : "unpaid";
  }
}
