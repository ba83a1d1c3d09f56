import type { RefundOutcome } from "../core/faults.ts";
import { toBeijingDay } from "./beijing-time.ts";
import { randomDigits } from "./digits.ts";
import { invalidRequest, resourceNotExists, statusError, WechatpayError } from "./errors.ts";
import { checkFields, fieldError } from "./fields.ts";
import type { Answer, AuthorizedRequest, Route } from "./handler.ts";
import { type Owner, ownerOf } from "./identity.ts";
import { parseJsonBody } from "./json-body.ts";
import { checkNotifyUrl } from "./notify-url.ts";
import { objectAt, optionalText } from "./order-body.ts";
import type { Refund, RefundStatus } from "./refund.ts";
import { refundBody } from "./refund-body.ts";
import { refundFields } from "./refund-fields.ts";
import { scheduleRefund } from "./refund-settle.ts";
import type { Trade, Wechatpay } from "./trade.ts";
import { isPaid } from "./trade.ts";

const maxRefunds = 50;
const windowMs = 365 * 24 * 3_600_000;

/** Refund a paid order, in part or whole; the merchant's refund number makes it idempotent. https://pay.weixin.qq.com/doc/v3/merchant/4012791883 */
export const refundRoute: Route = {
  method: "POST",
  url: "/v3/refund/domestic/refunds",
  mode: "direct",
  operation: "refund",
  outTradeNo: ({ trades }, { body }) => {
    const [, transactionId] = /"transaction_id"\s*:\s*"(\d{1,32})"/.exec(body.toString("utf8")) ?? [];
    return transactionId === undefined ? undefined : trades.byTransactionId(transactionId)?.outTradeNo;
  },
  handle: (wechatpay, request) =>
    wechatpay.refundErrors.limit(request.merchant.mchid, () => refund(wechatpay, request)),
};

interface RefundRequest extends Owner {
  transactionId: string | undefined;
  outTradeNo: string | undefined;
  outRefundNo: string;
  amount: number;
  total: number;
  reason: string | undefined;
  notifyUrl: string | undefined;
  fundsAccount: string | undefined;
}

function refund(wechatpay: Wechatpay, { merchant, body }: AuthorizedRequest): Answer {
  const json = parseJsonBody(body);
  checkFields(json, refundFields);
  const asked: RefundRequest = readRefund(json, ownerOf(merchant, optionalText(json.sub_mchid)));
  if (asked.notifyUrl !== undefined) checkNotifyUrl(asked.notifyUrl, wechatpay.options.strictNotifyUrl);
  const trade = findTrade(wechatpay, asked);
  const earlier = wechatpay.refunds.find(asked);
  if (earlier) {
    const isSame =
      earlier.outTradeNo === trade.outTradeNo && earlier.amount === asked.amount && earlier.total === asked.total;
    if (!isSame) throw invalidRequest("订单金额或退款金额与之前请求不一致，请核实后再试");
    return { body: refundBody(earlier) };
  }
  checkRefundable(wechatpay, trade, asked);
  const outcome = wechatpay.core.faults.takeRefund({ channel: "wechatpay", outTradeNo: trade.outTradeNo });
  const accepted = accept(wechatpay, { trade, asked, outcome });
  return { body: refundBody(accepted) };
}

function readRefund(json: Record<string, unknown>, owner: Owner): RefundRequest {
  const amount = objectAt(json, "amount");
  const transactionId = optionalText(json.transaction_id);
  const outTradeNo = optionalText(json.out_trade_no);
  if (transactionId === undefined && outTradeNo === undefined) {
    throw fieldError("/out_trade_no", undefined, "transaction_id和out_trade_no不能同时为空");
  }
  return {
    ...owner,
    transactionId,
    outTradeNo,
    outRefundNo: String(json.out_refund_no),
    amount: Number(amount.refund),
    total: Number(amount.total),
    reason: optionalText(json.reason),
    notifyUrl: optionalText(json.notify_url),
    fundsAccount: optionalText(json.funds_account),
  };
}

function findTrade({ trades }: Wechatpay, { mchid, subMchid, transactionId, outTradeNo }: RefundRequest): Trade {
  const trade =
    transactionId === undefined
      ? trades.find({ mchid, subMchid, outTradeNo: outTradeNo ?? "" })
      : trades.byTransactionId(transactionId);
  const isOwn = trade?.mchid === mchid && trade.subMchid === subMchid;
  if (!isOwn || !isPaid(trade) || (outTradeNo ?? trade.outTradeNo) !== trade.outTradeNo) {
    throw resourceNotExists("订单不存在或订单未支付");
  }
  return trade;
}

function checkRefundable({ core, refunds, options }: Wechatpay, trade: Trade, { amount, total }: RefundRequest): void {
  const now = core.clock.now();
  const earlier = refunds.of(trade);
  if (total !== trade.total) throw invalidRequest("原订单金额不一致");
  if (now - (trade.paidAt ?? now) > windowMs) throw invalidRequest("订单已超过可退款的最大期限");
  if (earlier.length >= maxRefunds) throw invalidRequest(`一笔订单最多退款${maxRefunds}次`);
  const reserved = earlier.filter(({ status }) => status !== "CLOSED").reduce((sum, one) => sum + one.amount, 0);
  if (reserved + amount > trade.total) throw invalidRequest("退款金额大于订单可退金额");
  const last = earlier.at(-1);
  if (last && now - last.createdAt < options.refundGapMs) throw statusError(429, undefined);
}

function accept(
  wechatpay: Wechatpay,
  { trade, asked, outcome }: { trade: Trade; asked: RefundRequest; outcome: RefundOutcome | undefined },
): Refund {
  if (outcome?.kind === "not_enough") throw new WechatpayError(403, "NOT_ENOUGH", "基本账户余额不足，请充值后重新发起");
  if (outcome?.kind === "payer_abnormal") throw new WechatpayError(403, "USER_ACCOUNT_ABNORMAL", "用户账号异常或注销");
  const { core, refunds, trades, options } = wechatpay;
  const now = core.clock.now();
  const { mchid, subMchid, outRefundNo, amount, total, reason, notifyUrl, fundsAccount } = asked;
  const accepted: Refund = {
    mchid,
    subMchid,
    outRefundNo,
    refundId: `5030${randomDigits(7)}${toBeijingDay(now)}${randomDigits(10)}`,
    outTradeNo: trade.outTradeNo,
    transactionId: trade.transactionId ?? "",
    total,
    amount,
    reason,
    notifyUrl,
    fundsAccount: fundsAccount ?? "AVAILABLE",
    channel: "ORIGINAL",
    status: "PROCESSING",
    next: { status: endings[outcome?.kind ?? "succeeded"], at: now + (outcome?.afterMs ?? options.refundDelayMs) },
    createdAt: now,
  };
  refunds.save(accepted);
  trades.save({ ...trade, state: "REFUND", outRefundNos: [...(trade.outRefundNos ?? []), outRefundNo] });
  scheduleRefund(wechatpay, accepted);
  return accepted;
}

const endings: Readonly<Record<"succeeded" | "closed" | "abnormal", Exclude<RefundStatus, "PROCESSING">>> = {
  succeeded: "SUCCESS",
  closed: "CLOSED",
  abnormal: "ABNORMAL",
};
