import { z } from "zod";
import type { RefundOutcome, RefundRequest } from "../../src/channel.ts";
import { type PaperRefund, refundShape } from "./order.ts";
import { refundDeclined } from "./status.ts";
import { textFrom } from "./text.ts";
import { call, type Line } from "./transport.ts";

/** Gives money back; the same number is the same refund. */
export async function refund(line: Line, request: RefundRequest): Promise<RefundOutcome> {
  const { attemptNo, refundNo, amount, reason, notifyUrl } = request;
  const result = await call(line, {
    operation: "refund",
    fields: { orderNo: attemptNo, refundNo, amount, reason: textFrom(reason, refundNo), callback: notifyUrl },
    shape: refundShapeOf(request),
  });
  if (result.kind === "refused") return refundDeclined(result);
  return result.kind === "done" ? refundOutcome(result.answer) : result;
}

/** A refund that is the one asked about. */
export function refundShapeOf({ attemptNo, refundNo }: { attemptNo: string; refundNo: string }) {
  return refundShape.extend({ orderNo: z.literal(attemptNo), refundNo: z.literal(refundNo) });
}

/** How a refund stands; Paper Pay gives it no number of its own. */
export function refundOutcome({ state, doneAt, amount }: PaperRefund): RefundOutcome {
  if (state === "processing" || doneAt === undefined) return { kind: "processing", channelRefundNo: null };
  return { kind: "succeeded", channelRefundNo: null, succeededAt: doneAt, amount };
}
