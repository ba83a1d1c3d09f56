import { z } from "zod";
import type { QueryOutcome } from "../../src/channel.ts";
import { orderShape, receiptOf } from "./order.ts";
import { declined, ORDER_STATES } from "./status.ts";
import { call, type Line } from "./transport.ts";

/** Asks for an attempt's order. */
export async function query(line: Line, { attemptNo }: { attemptNo: string }): Promise<QueryOutcome> {
  const shape = orderShape.extend({ orderNo: z.literal(attemptNo) });
  const result = await call(line, { operation: "order", fields: { orderNo: attemptNo }, shape });
  if (result.kind === "refused") return result.code === "ORDER_UNKNOWN" ? { kind: "absent" } : declined(result);
  if (result.kind !== "done") return result;
  const kind = ORDER_STATES[result.answer.state];
  if (kind !== "paid") return { kind };
  const receipt = receiptOf(result.answer);
  return receipt ? { kind, receipt } : { kind: "unknown", reason: "order: paid, and not by what" };
}
