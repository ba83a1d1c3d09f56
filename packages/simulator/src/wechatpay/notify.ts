import { randomUUID } from "node:crypto";
import type { Callback, CallbackKind, Disguise } from "../core/callbacks.ts";
import { toBeijingRfc3339 } from "./beijing-time.ts";
import type { Refund } from "./refund.ts";
import { refundKey } from "./refund.ts";
import { refundNotice } from "./refund-body.ts";
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

/** Owes the merchant the callback of a paid order, if it asked for one. */
export function notifyPaid({ core }: Wechatpay, trade: Trade): void {
  if (trade.notifyUrl === undefined) return;
  core.callbacks.enqueue({
    id: randomUUID(),
    channel: "wechatpay",
    outTradeNo: trade.outTradeNo,
    subjectKey: tradeKey(trade),
    url: trade.notifyUrl,
  });
}

/** Owes the merchant the callback of a refund that came to an end, if it asked for one. */
export function notifyRefunded({ core }: Wechatpay, refund: Refund): void {
  if (refund.notifyUrl === undefined) return;
  core.callbacks.enqueue({
    id: randomUUID(),
    channel: "wechatpay",
    topic: "refund",
    outTradeNo: refund.outTradeNo,
    subjectKey: `${refund.status} ${refundKey(refund)}`,
    url: refund.notifyUrl,
  });
}

/** How WeChat Pay notifies: an encrypted resource in a signed envelope, accepted by 200 or 204. */
export function wechatpayCallback(wechatpay: Wechatpay): CallbackKind {
  return {
    retryTableMs,
    accepted: ({ status }) => status === 200 || status === 204,
    render(callback, disguise) {
      const { mchid, resource, ...event } = eventOf(wechatpay, callback, disguise);
      const merchant = wechatpay.merchants.get(mchid);
      if (!merchant) throw new Error(`callback ${callback.id} is for an unknown merchant`);
      const originalType = callback.topic === "refund" ? "refund" : "transaction";
      const body = JSON.stringify({
        id: callback.id,
        ...event,
        resource_type: "encrypt-resource",
        resource: {
          original_type: originalType,
          ...encryptResource({
            plaintext: JSON.stringify(resource),
            associatedData: originalType,
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

interface Event {
  /** Whose APIv3 key encrypts it. */
  mchid: string;
  create_time: string;
  event_type: string;
  summary: string;
  resource: Record<string, unknown>;
}

const refundEvents = {
  SUCCESS: ["REFUND.SUCCESS", "退款成功"],
  CLOSED: ["REFUND.CLOSED", "退款关闭"],
  ABNORMAL: ["REFUND.ABNORMAL", "退款异常"],
} as const;

const isRefundEvent = (status: string): status is keyof typeof refundEvents => Object.hasOwn(refundEvents, status);

function eventOf(wechatpay: Wechatpay, callback: Callback, disguise: Disguise | undefined): Event {
  if (callback.topic === "refund") {
    const [status = "", key = ""] = callback.subjectKey.split(" ");
    const refund = wechatpay.refunds.byKey(key);
    if (!refund || !isRefundEvent(status)) throw new Error(`callback ${callback.id} is about an unknown refund`);
    const [event_type, summary] = refundEvents[status];
    return {
      mchid: refund.mchid,
      create_time: toBeijingRfc3339(refund.succeededAt ?? refund.next.at),
      event_type,
      summary,
      resource: refundNotice(disguised({ ...refund, status }, disguise)),
    };
  }
  const trade = wechatpay.trades.byKey(callback.subjectKey);
  if (!trade) throw new Error(`callback ${callback.id} is about an unknown trade`);
  return {
    mchid: trade.mchid,
    create_time: toBeijingRfc3339(trade.paidAt ?? trade.createdAt),
    event_type: "TRANSACTION.SUCCESS",
    summary: "支付成功",
    // A callback tells what happened then, whatever became of the order since.
    resource: tradeBody(disguised({ ...trade, state: "SUCCESS" }, disguise)),
  };
}

function disguised<S extends Trade | Refund>(subject: S, disguise: Disguise | undefined): S {
  switch (disguise?.kind) {
    case "wrong_amount":
      return "refundId" in subject ? { ...subject, amount: disguise.amount } : { ...subject, total: disguise.amount };
    case "wrong_merchant":
      return { ...subject, mchid: subject.mchid === "1900000001" ? "1900000002" : "1900000001" };
    default:
      return subject;
  }
}
