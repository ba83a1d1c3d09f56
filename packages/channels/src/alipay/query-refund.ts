import { z } from "zod";
import type { RefundQueryOutcome } from "../channel.ts";
import { parseBeijingTime } from "./beijing-time.ts";
import { REFUND_STATUSES, refundQueryRefusal } from "./status.ts";
import { type AccountLine, callGateway } from "./transport.ts";
import { fenOf } from "./yuan.ts";

const METHOD = "alipay.trade.fastpay.refund.query";

const REFUND = z.object({
  out_request_no: z.string().optional(),
  refund_status: z.string().optional(),
  refund_amount: z.string().optional(),
  gmt_refund_pay: z.string().optional(),
});

/**
 * Asks about one refund. Alipay gives refunds no number of its own, answers an unknown number with nothing at all, and names no
 * status until the refund succeeded. Source: https://opendocs.alipay.com/open/8c776df6_alipay.trade.fastpay.refund.query
 */
export async function queryRefund(
  line: AccountLine,
  { attemptNo, refundNo }: { attemptNo: string; refundNo: string },
): Promise<RefundQueryOutcome> {
  const answer = await callGateway(line, {
    method: METHOD,
    attemptNo,
    mayBeEmpty: true,
    biz: { out_request_no: refundNo, query_options: ["gmt_refund_pay"] },
  });
  switch (answer.kind) {
    case "success":
      return outcomeOf(answer.fields, { refundNo, now: line.now() });
    case "refusal":
      return refundQueryRefusal(answer);
    case "unknown":
    case "unsent":
      return answer;
  }
}

function outcomeOf(
  fields: Readonly<Record<string, unknown>>,
  { refundNo, now }: { refundNo: string; now: number },
): RefundQueryOutcome {
  const read = REFUND.safeParse(fields);
  if (!read.success) return unknown("an answer of another shape");
  const { out_request_no: number, refund_status: status, refund_amount: yuan, gmt_refund_pay: paidBackAt } = read.data;
  if (number === undefined && status === undefined && yuan === undefined) return { kind: "absent" };
  if (number !== refundNo) return unknown("an answer about another refund number");
  // With an amount the refund is on Alipay's books; without, only the number that was asked came back.
  if (status === undefined)
    return yuan === undefined ? { kind: "absent" } : { kind: "processing", channelRefundNo: null };
  const kind = Object.hasOwn(REFUND_STATUSES, status) ? REFUND_STATUSES[status] : undefined;
  if (kind === undefined) return unknown("an answer with an unknown refund status");
  if (kind !== "succeeded") return { kind, channelRefundNo: null };
  const amount = fenOf(yuan ?? "");
  if (amount === undefined) return unknown("a refund whose amount cannot be read");
  return { kind, channelRefundNo: null, succeededAt: parseBeijingTime(paidBackAt ?? "") ?? now, amount };
}

function unknown(problem: string): RefundQueryOutcome {
  return { kind: "unknown", reason: `${METHOD}: ${problem}` };
}
