import type { RefundQueryOutcome } from "../channel.ts";
import type { Line } from "./line.ts";
import { refundOutcomeOf, subMerchantWords } from "./refund-answer.ts";
import { isAbsentRefundCode, refundDeclinedOf } from "./status.ts";
import { call } from "./transport.ts";

/** Asks about a refund by our number (https://pay.weixin.qq.com/doc/v3/merchant/4012791884). */
export async function queryRefund(
  line: Line,
  asked: { attemptNo: string; refundNo: string },
): Promise<RefundQueryOutcome> {
  const query = new URLSearchParams(subMerchantWords(line.credentials)).toString();
  const path = `/v3/refund/domestic/refunds/${encodeURIComponent(asked.refundNo)}${query && `?${query}`}`;
  const result = await call(line, { method: "GET", path, body: "" });
  if (result.kind === "refused") return isAbsentRefundCode(result.code) ? { kind: "absent" } : refundDeclinedOf(result);
  return result.kind === "done" ? refundOutcomeOf(result.body, asked) : result;
}
