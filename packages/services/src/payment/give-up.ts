import { type Attempt, EXPIRY_MARGIN_MS } from "@payhub/domain";
import type { ServiceContext } from "../context.ts";
import { type Answer, askChannel } from "./ask.ts";
import { finishAttempt } from "./finish.ts";

/**
 * Tries to end an attempt that should not be paid any more: query, close at the channel, query again, close here. Returns
 * `final` when the attempt has its final word (paid included), anything else when money may still come and it stays watched.
 */
export async function giveUpAttempt(ctx: ServiceContext, attempt: Attempt): Promise<Answer> {
  const before = await askChannel(ctx, attempt);
  if (before === "final" || before === "unknown") return before;
  const { connection } = await ctx.connections.of(attempt.accountNo);
  const closing = await connection.close({ attemptNo: attempt.attemptNo });
  const after = await askChannel(ctx, attempt);
  if (after === "final" || after === "unknown") return after;
  // Closed, and the channel says no word against it. A channel that does not know the order has nothing to close: its code
  // stays payable until it expires.
  const over = ctx.clock.now() >= attempt.expiresAt + EXPIRY_MARGIN_MS;
  if (after === "absent" && (closing.kind === "closed" || (closing.kind === "absent" && over))) {
    await finishAttempt(ctx, attempt.attemptNo, { to: "closed" });
    return "final";
  }
  return after;
}
