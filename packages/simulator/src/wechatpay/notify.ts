import { randomUUID } from "node:crypto";
import type { CallbackKind, Disguise } from "../core/callbacks.ts";
import { toBeijingRfc3339 } from "./beijing-time.ts";
import { encryptResource } from "./sign.ts";
import { callbackSigner, requestId, stamp } from "./stamp.ts";
import type { Trade, Wechatpay } from "./trade.ts";
import { tradeKey } from "./trade.ts";
import { tradeBody } from "./trade-body.ts";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** Fifteen retries over 24 h 4 min. https://pay.weixin.qq.com/doc/v3/merchant/4012791882 */
export const retryTableMs: readonly number[] = [
  15 * second,
  15 * second,
  30 * second,
  3 * minute,
  10 * minute,
  20 * minute,
  30 * minute,
  30 * minute,
  30 * minute,
  60 * minute,
  3 * hour,
  3 * hour,
  3 * hour,
  6 * hour,
  6 * hour,
];

/** Owes the merchant the callback of a paid order. */
export function notifyPaid({ core }: Wechatpay, trade: Trade): void {
  core.callbacks.enqueue({
    id: randomUUID(),
    channel: "wechatpay",
    outTradeNo: trade.outTradeNo,
    subjectKey: tradeKey(trade),
    url: trade.notifyUrl,
  });
}

/** How WeChat Pay notifies: an encrypted resource in a signed envelope, accepted by 200 or 204. */
export function paymentCallback(wechatpay: Wechatpay): CallbackKind {
  return {
    retryTableMs,
    accepted: ({ status }) => status === 200 || status === 204,
    render(callback, disguise) {
      const trade = wechatpay.trades.byKey(callback.subjectKey);
      const merchant = trade && wechatpay.merchants.get(trade.mchid);
      if (!trade || !merchant) throw new Error(`callback ${callback.id} is about an unknown trade`);
      const body = JSON.stringify({
        id: callback.id,
        create_time: toBeijingRfc3339(trade.paidAt ?? trade.createdAt),
        resource_type: "encrypt-resource",
        event_type: "TRANSACTION.SUCCESS",
        summary: "支付成功",
        resource: {
          original_type: "transaction",
          ...encryptResource({
            plaintext: JSON.stringify(resourceOf(trade, disguise)),
            associatedData: "transaction",
            apiV3Key: merchant.apiV3Key,
          }),
        },
      });
      const headers = stamp({
        keys: wechatpay.keys,
        signer: callbackSigner(merchant),
        now: wechatpay.core.clock.wireNow(),
        body,
        flaw: disguise?.kind === "probe" ? "probe" : disguise?.kind === "forged" ? "bad_signature" : undefined,
      });
      return {
        body,
        headers: {
          "Content-Type": "application/json",
          Accept: "*/*",
          "User-Agent": "Mozilla/4.0",
          "Request-ID": requestId(false),
          ...headers,
        },
      };
    },
  };
}

function resourceOf(trade: Trade, disguise: Disguise | undefined): Record<string, unknown> {
  switch (disguise?.kind) {
    case "wrong_amount":
      return tradeBody({ ...trade, total: disguise.amount });
    case "wrong_merchant":
      return tradeBody({ ...trade, mchid: trade.mchid === "1900000001" ? "1900000002" : "1900000001" });
    default:
      return tradeBody(trade);
  }
}
