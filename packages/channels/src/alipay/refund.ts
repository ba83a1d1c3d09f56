import { yuanFromFen } from "@payhub/domain";
import type { RefundOutcome, RefundRequest } from "../channel.ts";
import { parseBeijingTime } from "./beijing-time.ts";
import { queryRefund } from "./query-refund.ts";
import { refundRefusal } from "./status.ts";
import { alipaySubject } from "./text.ts";
import { type AccountLine, callGateway } from "./transport.ts";

const METHOD = "alipay.trade.refund";

/**
 * Gives money back. Only `fund_change=Y` says that this call moved it; a repeat says `N`, and then a query tells what the first
 * call did. Source: https://opendocs.alipay.com/open/4b7cc5db_alipay.trade.refund
 */
export async function refund(line: AccountLine, request: RefundRequest): Promise<RefundOutcome> {
  const { attemptNo, refundNo, amount, reason } = request;
  const answer = await callGateway(line, {
    method: METHOD,
    attemptNo,
    biz: {
      refund_amount: yuanFromFen(amount),
      out_request_no: refundNo,
      ...(reason !== "" && { refund_reason: alipaySubject(reason) }),
    },
  });
  switch (answer.kind) {
    case "success": {
      if (answer.fields.fund_change !== "Y") return confirm(line, { attemptNo, refundNo });
      const paidBackAt = answer.fields.gmt_refund_pay;
      const succeededAt = (typeof paidBackAt === "string" && parseBeijingTime(paidBackAt)) || line.now();
      return { kind: "succeeded", channelRefundNo: null, succeededAt, amount };
    }
    case "refusal":
      return refundRefusal(answer);
    case "unknown":
    case "unsent":
      return answer;
  }
}

/** Alipay took the refund and did not say that money moved: whatever a query cannot tell stays open. */
async function confirm(
  line: AccountLine,
  { attemptNo, refundNo }: { attemptNo: string; refundNo: string },
): Promise<RefundOutcome> {
  const found = await queryRefund(line, { attemptNo, refundNo });
  switch (found.kind) {
    case "absent":
      return { kind: "processing", channelRefundNo: null };
    case "unsent":
      return { kind: "unknown", reason: `${METHOD}: taken, and asking about it failed: ${found.reason}` };
    default:
      return found;
  }
}
