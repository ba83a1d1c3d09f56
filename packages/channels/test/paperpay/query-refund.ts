import type { RefundQueryOutcome } from "../../src/channel.ts";
import { refundOutcome, refundShapeOf } from "./refund.ts";
import { refundDeclined } from "./status.ts";
import { call, type Line } from "./transport.ts";

/** Asks about one refund. */
export async function queryRefund(
  line: Line,
  asked: { attemptNo: string; refundNo: string },
): Promise<RefundQueryOutcome> {
  const fields = { orderNo: asked.attemptNo, refundNo: asked.refundNo };
  const result = await call(line, { operation: "refund-order", fields, shape: refundShapeOf(asked) });
  if (result.kind === "refused") return result.code === "REFUND_UNKNOWN" ? { kind: "absent" } : refundDeclined(result);
  return result.kind === "done" ? refundOutcome(result.answer) : result;
}
