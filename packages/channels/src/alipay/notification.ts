import { CURRENCY, type Receipt } from "@payhub/domain";
import { z } from "zod";
import type { NotificationOutcome, RawNotification } from "../channel.ts";
import { parseBeijingTime } from "./beijing-time.ts";
import type { VerifyingSdk } from "./sign.ts";
import { isTradeStatus, TRADE_STATUSES } from "./status.ts";
import { fenOf } from "./yuan.ts";

type Fields = Readonly<Record<string, string>>;

const NOTIFICATION = z.object({ notify_id: z.string().min(1), notify_type: z.string() });

const TRADE = z.object({
  out_trade_no: z.string().min(1),
  trade_no: z.string().min(1),
  trade_status: z.string().min(1),
  total_amount: z.string(),
  gmt_payment: z.string().optional(),
  gmt_refund: z.string().optional(),
  refund_fee: z.string().optional(),
  out_biz_no: z.string().min(1).optional(),
  app_id: z.string().optional(),
  seller_id: z.string().optional(),
});

/**
 * Reads a notification: RSA2 only, verified over every field with the key of any live version before one is believed.
 * A refund tells the payment's address too, as `TRADE_SUCCESS` or in full as `TRADE_CLOSED`, and is no payment. Source: https://opendocs.alipay.com/open/270/105902
 */
export function readNotification(sdks: readonly VerifyingSdk[], raw: RawNotification): NotificationOutcome {
  const fields = readForm(raw.body);
  if (!fields) return { kind: "rejected", reason: "malformed" };
  if (fields.sign_type !== "RSA2") return { kind: "rejected", reason: "algorithm" };
  if (!sdks.some((sdk) => isSignedFor(sdk, fields))) return { kind: "rejected", reason: "signature" };

  const head = NOTIFICATION.safeParse(fields);
  if (!head.success) return { kind: "rejected", reason: "malformed" };
  const notificationId = head.data.notify_id;
  if (head.data.notify_type !== "trade_status_sync") {
    return { kind: "ignored", notificationId, about: head.data.notify_type };
  }
  const trade = TRADE.safeParse(fields);
  if (!trade.success) return { kind: "rejected", reason: "malformed" };
  const { trade_status: status, out_trade_no: attemptNo, out_biz_no: refundNo } = trade.data;
  if (isRefund(trade.data)) {
    if (refundNo === undefined) return { kind: "ignored", notificationId, about: "refund" };
    return { kind: "refund", notificationId, attemptNo, refundNo };
  }
  if (!isTradeStatus(status) || TRADE_STATUSES[status] !== "paid") {
    return { kind: "ignored", notificationId, about: status };
  }
  const receipt = receiptOf(trade.data);
  return receipt ? { kind: "payment", notificationId, receipt } : { kind: "rejected", reason: "malformed" };
}

/** Alipay's content type is no media type, so the bytes are read as a form whatever it says; a field may come once. */
function readForm(body: Uint8Array): Fields | undefined {
  const entries = [...new URLSearchParams(new TextDecoder().decode(body))];
  const fields = Object.fromEntries(entries);
  const isForm = entries.length > 1 && Object.keys(fields).length === entries.length;
  return isForm ? fields : undefined;
}

/** In certificate mode Alipay may add the number of its certificate after signing; nothing reads that field. */
function isSignedFor(sdk: VerifyingSdk, fields: Fields): boolean {
  if (sdk.checkNotifySignV2(fields)) return true;
  const { alipay_cert_sn: serial, ...signed } = fields;
  return serial !== undefined && sdk.checkNotifySignV2(signed);
}

function isRefund(trade: z.infer<typeof TRADE>): boolean {
  return trade.gmt_refund !== undefined || (trade.refund_fee !== undefined && fenOf(trade.refund_fee) !== 0);
}

function receiptOf(trade: z.infer<typeof TRADE>): Receipt | undefined {
  const amount = fenOf(trade.total_amount);
  const paidAt = parseBeijingTime(trade.gmt_payment ?? "");
  if (amount === undefined || paidAt === undefined) return undefined;
  return {
    outTradeNo: trade.out_trade_no,
    channelTradeNo: trade.trade_no,
    amount,
    currency: CURRENCY,
    paidAt,
    payee: {
      ...(trade.app_id !== undefined && { appId: trade.app_id }),
      ...(trade.seller_id !== undefined && { sellerId: trade.seller_id }),
    },
  };
}
