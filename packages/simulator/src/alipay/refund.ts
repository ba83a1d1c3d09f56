import { beijingTime } from "./beijing-time.ts";
import type { AlipayCall } from "./call.ts";
import { asksFor, findReferredOrder, optionalText, requiredText } from "./call.ts";
import type { AlipayAnswer, BusinessSubCode } from "./errors.ts";
import { AlipayRefusal, businessRefusal, success } from "./errors.ts";
import type { AlipayRefund, StartedOrder } from "./order.ts";
import { buyerFields, fundBill } from "./trade-fields.ts";
import { refundedOf, reservedOf } from "./trades.ts";
import { fenOfYuan, yuanOfFen } from "./yuan.ts";

/**
 * alipay.trade.refund: gives back a part or all, synchronously; the same `out_request_no` moves no money twice.
 * Source: https://opendocs.alipay.com/open/4b7cc5db_alipay.trade.refund
 */
export function refundTrade(call: AlipayCall): AlipayAnswer {
  try {
    return refund(call);
  } catch (error) {
    if (!(error instanceof AlipayRefusal)) throw error;
    throw new AlipayRefusal({ ...error.answer, refund_fee: "0.00", send_back_fee: "0.00" });
  }
}

function refund(call: AlipayCall): AlipayAnswer {
  const order = findReferredOrder(call);
  if (!order?.trade) throw businessRefusal("ACQ.TRADE_NOT_EXIST");
  const started: StartedOrder = { ...order, trade: order.trade };
  const asked = readRefund(call, started);
  const known = order.trade.refunds.find(({ outRequestNo }) => outRequestNo === asked.outRequestNo);
  if (known) {
    if (known.amount !== asked.amount) throw businessRefusal("ACQ.DISCORDANT_REPEAT_REQUEST");
    return answerOf(call, started, { refund: known, moved: false });
  }
  checkRefundable(call, started, asked.amount);
  const decided = decide(call, started, asked);
  const refunded = call.trades.refund(started, decided);
  return answerOf(call, refunded, { refund: decided, moved: decided.state === "succeeded" });
}

/** A partial refund needs a number of its own; a full one may go without and has the order's. */
function readRefund(call: AlipayCall, order: StartedOrder): AlipayRefund {
  const amount = fenOfYuan(requiredText(call, "refund_amount", 12));
  if (amount === undefined || amount < 1) throw businessRefusal("ACQ.INVALID_PARAMETER", { detail: "refund_amount" });
  const outRequestNo = optionalText(call, "out_request_no", 64);
  if (outRequestNo === undefined && amount < order.amount) {
    throw businessRefusal("ACQ.INVALID_PARAMETER", { detail: "out_request_no不能为空" });
  }
  const reason = optionalText(call, "refund_reason", 256);
  return {
    outRequestNo: outRequestNo ?? order.outTradeNo,
    amount,
    ...(reason !== undefined && { reason }),
    state: "succeeded",
    createdAt: call.now,
  };
}

function checkRefundable(call: AlipayCall, { trade, amount: total }: StartedOrder, amount: number): void {
  const refusal = refusalOf(trade);
  if (refusal !== undefined) throw businessRefusal(refusal);
  if (amount > total - reservedOf(trade)) throw businessRefusal("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL");
  const lastAt = Math.max(...trade.refunds.map(({ createdAt }) => createdAt));
  if (call.now - lastAt < call.refundGapMs) throw businessRefusal("ACQ.SYSTEM_ERROR", { detail: "退款过于频繁" });
}

/** A finished trade was either past its window or of a product that is never refunded. */
function refusalOf(trade: StartedOrder["trade"]): BusinessSubCode | undefined {
  switch (trade.status) {
    case "WAIT_BUYER_PAY":
      return "ACQ.TRADE_STATUS_ERROR";
    case "TRADE_CLOSED":
      return "ACQ.TRADE_HAS_CLOSE";
    case "TRADE_FINISHED":
      return "ACQ.TRADE_NOT_ALLOW_REFUND";
    case "TRADE_SUCCESS":
      return undefined;
  }
}

/** What becomes of a new refund: at once unless scripted otherwise; a failed one has moved nothing and never will. */
function decide(call: AlipayCall, order: StartedOrder, asked: AlipayRefund): AlipayRefund {
  const outcome = call.core.faults.takeRefund({ channel: "alipay", outTradeNo: order.outTradeNo });
  switch (outcome?.kind) {
    case "not_enough":
      throw businessRefusal("ACQ.SELLER_BALANCE_NOT_ENOUGH");
    case "payer_abnormal":
      throw businessRefusal("ACQ.BUYER_ENABLE_STATUS_FORBID");
    case "closed":
    case "abnormal":
      return { ...asked, state: outcome.kind };
    case "succeeded":
      if (outcome.afterMs === undefined) return asked;
      return { ...asked, state: "processing", succeedsAt: call.now + outcome.afterMs };
    case undefined:
      return asked;
  }
}

function answerOf(
  call: AlipayCall,
  order: StartedOrder,
  { refund: { amount }, moved }: { refund: AlipayRefund; moved: boolean },
): AlipayAnswer {
  const detailed = moved && asksFor(call, "refund_detail_item_list");
  return success({
    ...buyerFields(order.trade),
    fund_change: moved ? "Y" : "N",
    gmt_refund_pay: moved ? beijingTime(call.now) : undefined,
    out_trade_no: order.outTradeNo,
    refund_detail_item_list: detailed ? fundBill(amount) : undefined,
    refund_fee: yuanOfFen(refundedOf(order.trade)),
    send_back_fee: detailed ? yuanOfFen(amount) : "0.00",
    trade_no: order.trade.tradeNo,
  });
}
