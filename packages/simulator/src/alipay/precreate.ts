import { randomBytes } from "node:crypto";
import type { AlipayCall } from "./call.ts";
import { optionalText, requiredText } from "./call.ts";
import type { AlipayAnswer } from "./errors.ts";
import { businessRefusal, gatewayRefusal, success } from "./errors.ts";
import { readExpiry } from "./expiry.ts";
import type { AlipayOrder } from "./order.ts";
import { fenOfYuan } from "./yuan.ts";

const maxAmount = 10_000_000_000;
const productCodes = ["FACE_TO_FACE_PAYMENT", "QR_CODE_OFFLINE"];

/**
 * alipay.trade.precreate: hands out a QR code; no trade exists until a buyer scans it.
 * Source: https://opendocs.alipay.com/open/8ad49e4a_alipay.trade.precreate
 */
export function precreateTrade(call: AlipayCall): AlipayAnswer {
  const asked = readOrder(call);
  const known = call.orders.byOutTradeNo(asked.sellerId, asked.outTradeNo);
  const order = known ? repeatOrder(call, known, asked) : asked;
  call.orders.save(order);
  return success({ out_trade_no: order.outTradeNo, qr_code: order.qrCode });
}

function readOrder(call: AlipayCall): AlipayOrder {
  const outTradeNo = requiredText(call, "out_trade_no", 64);
  if (!/^\w+$/.test(outTradeNo)) throw businessRefusal("ACQ.INVALID_PARAMETER", { detail: "out_trade_no" });
  const amount = readAmount(requiredText(call, "total_amount", 12));
  const subject = requiredText(call, "subject", 256);
  if (/[/=&]/.test(subject)) throw businessRefusal("ACQ.INVALID_PARAMETER", { detail: "subject" });
  const productCode = optionalText(call, "product_code", 64);
  if (productCode !== undefined && !productCodes.includes(productCode)) {
    throw businessRefusal("ACQ.INVALID_PARAMETER", { detail: "product_code" });
  }
  const { appId, sellerId } = call.merchant;
  if ((optionalText(call, "seller_id", 28) ?? sellerId) !== sellerId) throw businessRefusal("ACQ.SELLER_NOT_EXIST");
  const body = optionalText(call, "body", 128);
  const passbackParams = optionalText(call, "passback_params", 512);
  const notifyUrl = readNotifyUrl(call.notifyUrl);
  return {
    appId,
    sellerId,
    outTradeNo,
    amount,
    subject,
    ...(body !== undefined && { body }),
    ...(passbackParams !== undefined && { passbackParams }),
    ...(notifyUrl !== undefined && { notifyUrl }),
    createdAt: call.now,
    ...readExpiry(call.biz, call.now),
    qrCode: `https://qr.alipay.com/bax${randomBytes(14).toString("hex")}`,
  };
}

function readAmount(yuan: string): number {
  const amount = fenOfYuan(yuan);
  if (amount === undefined || amount < 1) throw businessRefusal("ACQ.INVALID_PARAMETER", { detail: "total_amount" });
  if (amount > maxAmount) throw businessRefusal("ACQ.TOTAL_FEE_EXCEED");
  return amount;
}

function readNotifyUrl(notifyUrl: string | undefined): string | undefined {
  if (!notifyUrl) return undefined;
  if (notifyUrl.length > 256 || !/^https?:\/\//.test(notifyUrl) || !URL.canParse(notifyUrl)) {
    throw gatewayRefusal("isv.invalid-parameter", "：notify_url");
  }
  return notifyUrl;
}

/** What a second precreate of one order number leaves: the live code, or a fresh one once the old code is over. */
function repeatOrder(call: AlipayCall, known: AlipayOrder, asked: AlipayOrder): AlipayOrder {
  const status = known.trade?.status;
  if (status === "TRADE_SUCCESS" || status === "TRADE_FINISHED") throw businessRefusal("ACQ.TRADE_HAS_SUCCESS");
  if (status === "TRADE_CLOSED") throw businessRefusal("ACQ.TRADE_HAS_CLOSE");
  if (known.amount !== asked.amount || known.subject !== asked.subject || known.body !== asked.body) {
    throw businessRefusal("ACQ.CONTEXT_INCONSISTENT");
  }
  if (call.now < known.qrExpiresAt) {
    if (call.repeatPrecreate === "refuse") throw businessRefusal("ACQ.APPLY_PC_MERCHANT_CODE_ERROR");
    return known;
  }
  if (!known.trade) return asked;
  const qrExpiresAt = Math.min(asked.qrExpiresAt, known.tradeExpiresAt);
  return { ...known, qrCode: asked.qrCode, qrExpiresAt };
}
