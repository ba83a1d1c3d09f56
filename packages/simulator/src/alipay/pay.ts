import type { AlipayCall } from "./call.ts";
import { optionalText, requiredText } from "./call.ts";
import type { AlipayAnswer } from "./errors.ts";
import { businessRefusal, inProcess, success } from "./errors.ts";
import { defaultTimeoutMs, readTradeExpiry } from "./expiry.ts";
import type { AlipayOrder, StartedOrder } from "./order.ts";
import { orderKey } from "./order.ts";
import { isBarCode, isFaceToken, type PayerCode } from "./payer-code.ts";
import { findSameOrder, readOrder } from "./place-order.ts";
import { amountFields, buyerFields, fundBill, paidAtField } from "./trade-fields.ts";
import { yuanOfFen } from "./yuan.ts";

/**
 * alipay.trade.pay: charges the code that a buyer shows, at once (10000) or after his password (10003).
 * Source: https://opendocs.alipay.com/open/1f1fe18c_alipay.trade.pay
 */
export function payTrade(call: AlipayCall): AlipayAnswer {
  const tradeExpiresAt = readTradeExpiry(call.biz, call.now, defaultTimeoutMs.faceToFace);
  const asked = readOrder(call, {
    product: "pay",
    productCodes: ["FACE_TO_FACE_PAYMENT", "OFFLINE_PAYMENT"],
    productCodeOptional: true,
    expiry: { tradeExpiresAt, qrExpiresAt: tradeExpiresAt },
  });
  const order = findSameOrder(call, asked) ?? asked;
  const code = takeCode(call, order);
  const started = order.trade ? { ...order, trade: order.trade } : call.trades.start(order);
  if (code.password) {
    call.payerCodes.save({ ...code, state: "password" });
    return inProcess(fieldsOf(started));
  }
  call.payerCodes.save({ ...code, state: "used" });
  const paid = call.trades.pay(started);
  return success({ ...fieldsOf(paid), fund_bill_list: fundBill(paid.amount) });
}

/** A code pays once; what the buyer cannot pay makes no trade. */
function takeCode(call: AlipayCall, order: AlipayOrder): PayerCode {
  const authCode = requiredText(call, "auth_code", 64);
  const scene = optionalText(call, "scene", 32) ?? "bar_code";
  if (scene !== "bar_code" && scene !== "security_code") {
    throw businessRefusal("ACQ.INVALID_PARAMETER", { detail: "scene" });
  }
  const fits = scene === "bar_code" ? isBarCode(authCode) : isFaceToken(authCode);
  const code = fits ? call.payerCodes.get(authCode) : undefined;
  if (code?.state !== "shown" || call.now >= code.expiresAt) throw businessRefusal("ACQ.PAYMENT_AUTH_CODE_INVALID");
  const { merchantName, subject, amount } = order;
  const taken: PayerCode = { ...code, orderKey: orderKey(order), seen: { merchantName, subject, amount } };
  if (code.balance === "not_enough") {
    call.payerCodes.save({ ...taken, state: "refused" });
    throw businessRefusal("ACQ.BUYER_BALANCE_NOT_ENOUGH");
  }
  return taken;
}

function fieldsOf(order: StartedOrder) {
  return {
    ...buyerFields(order.trade),
    ...amountFields(order),
    ...paidAtField("gmt_payment", order),
    out_trade_no: order.outTradeNo,
    total_amount: yuanOfFen(order.amount),
    trade_no: order.trade.tradeNo,
  };
}
