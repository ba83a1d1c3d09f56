import { CURRENCY } from "@payhub/domain";
import { z } from "zod";
import type { RefundOutcome, Unknown } from "../channel.ts";
import type { WechatpayCredentials } from "./credentials.ts";
import { parseJson } from "./parse-json.ts";
import { REFUND_STATES } from "./status.ts";

const refundSchema = z.object({
  refund_id: z.string().min(1).max(64),
  out_refund_no: z.string(),
  transaction_id: z.string(),
  out_trade_no: z.string(),
  status: z.string(),
  success_time: z.iso.datetime({ offset: true }).optional(),
  amount: z.object({ refund: z.int().nonnegative(), currency: z.literal(CURRENCY) }),
});

/** Which refund was asked for; what is left out is not compared. */
interface AskedRefund {
  attemptNo: string;
  refundNo: string;
  channelTradeNo?: string;
  amount?: number;
}

/** How the refund that was asked for stands, from a signed answer; an answer about any other refund is not known. */
export function refundOutcomeOf(
  body: Uint8Array,
  { attemptNo, refundNo, channelTradeNo, amount }: AskedRefund,
): RefundOutcome {
  const answer = parseJson(refundSchema, body);
  if (!answer) return unknown("the signed answer holds no refund");
  const isAsked =
    answer.out_refund_no === refundNo &&
    answer.out_trade_no === attemptNo &&
    answer.transaction_id === (channelTradeNo ?? answer.transaction_id) &&
    answer.amount.refund === (amount ?? answer.amount.refund);
  if (!isAsked) return unknown("the answer is about another refund");

  const channelRefundNo = answer.refund_id;
  const kind = REFUND_STATES.get(answer.status);
  if (kind === undefined) return unknown("the answer holds a state that is not known");
  if (kind !== "succeeded") return { kind, channelRefundNo };
  if (answer.success_time === undefined) return unknown("the refund succeeded without a time");
  return { kind, channelRefundNo, succeededAt: Date.parse(answer.success_time), amount: answer.amount.refund };
}

/** For whom a service provider gives money back, as refunds name it. */
export function subMerchantWords({ subMchid }: WechatpayCredentials): Record<string, string> {
  return subMchid === undefined ? {} : { sub_mchid: subMchid };
}

function unknown(reason: string): Unknown {
  return { kind: "unknown", reason };
}
