import { z } from "zod";
import type { CloseOutcome } from "../../src/channel.ts";
import { orderShape } from "./order.ts";
import { declined } from "./status.ts";
import { call, type Line } from "./transport.ts";

/** Closes an attempt's order that nobody paid. */
export async function close(line: Line, { attemptNo }: { attemptNo: string }): Promise<CloseOutcome> {
  const shape = orderShape.extend({ orderNo: z.literal(attemptNo), state: z.literal("closed") });
  const result = await call(line, { operation: "close", fields: { orderNo: attemptNo }, shape });
  if (result.kind === "done") return { kind: "closed" };
  if (result.kind !== "refused") return result;
  if (result.code === "ORDER_PAID") return { kind: "paid" };
  return result.code === "ORDER_UNKNOWN" ? { kind: "absent" } : declined(result);
}
