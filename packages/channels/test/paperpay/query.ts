import { z } from "zod";
import type { QueryOutcome, QueryRequest } from "../../src/channel.ts";
import { orderShape, receiptOf } from "./order.ts";
import { declined, ORDER_STATES } from "./status.ts";
import { call, type Line } from "./transport.ts";

/** Asks for an attempt's order. */
export async function query(line: Line, { attemptNo, channelTradeNo }: QueryRequest): Promise<QueryOutcome> {
  const shape = orderShape.extend({ orderNo: z.literal(attemptNo) });
  const result = await call(line, { operation: "order", fields: { orderNo: attemptNo }, shape });
  if (result.kind === "refused") return result.code === "ORDER_UNKNOWN" ? { kind: "absent" } : declined(result);
  if (result.kind !== "done") return result;
  const kind = ORDER_STATES[result.answer.state];
  if (kind !== "paid") return { kind };
  const receipt = receiptOf(result.answer);
  // Paper Pay is asked by our number only; its own must be the one that was meant.
  if (channelTradeNo !== undefined && receipt?.channelTradeNo !== channelTradeNo) {
    return { kind: "unknown", reason: "order: the answer is about another trade" };
  }
  return receipt ? { kind, receipt } : { kind: "unknown", reason: "order: paid, and not by what" };
}
