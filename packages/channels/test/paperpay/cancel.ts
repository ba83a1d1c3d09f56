import { z } from "zod";
import type { CancelOutcome } from "../../src/channel.ts";
import { declined } from "./status.ts";
import { call, type Line } from "./transport.ts";

/** Ends an order at the counter whatever its state; a number that never came is not taken later either. */
export async function cancel(line: Line, { attemptNo }: { attemptNo: string }): Promise<CancelOutcome> {
  const result = await call(line, { operation: "cancel", fields: { orderNo: attemptNo }, shape: z.object({}) });
  if (result.kind === "done") return { kind: "cancelled" };
  return result.kind === "refused" ? declined(result) : result;
}
