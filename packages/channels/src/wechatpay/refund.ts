import type { RefundOutcome, RefundRequest } from "../channel.ts";
import type { Line } from "./line.ts";
import { refundOutcomeOf, subMerchantWords } from "./refund-answer.ts";
import { refundDeclinedOf } from "./status.ts";
import { reasonFrom } from "./text.ts";
import { call } from "./transport.ts";

/** Gives money back under our refund number; a repeat with the same values is the same refund (https://pay.weixin.qq.com/doc/v3/merchant/4012791883). */
export async function refund(line: Line, request: RefundRequest): Promise<RefundOutcome> {
  const body = JSON.stringify({
    ...subMerchantWords(line.credentials),
    transaction_id: request.channelTradeNo,
    out_refund_no: request.refundNo,
    reason: reasonFrom(request.reason),
    notify_url: request.notifyUrl,
    amount: { refund: request.amount, total: request.total, currency: "CNY" },
  });
  const result = await call(line, { method: "POST", path: "/v3/refund/domestic/refunds", body });
  if (result.kind === "refused") return refundDeclinedOf(result);
  return result.kind === "done" ? refundOutcomeOf(result.body, request) : result;
}
