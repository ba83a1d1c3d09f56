import { type Attempt, EXPIRY_MARGIN_MS } from "@payhub/domain";
import type { ConnectedAccount } from "../account/connections.ts";
import type { ServiceContext } from "../context.ts";
import { type Answer, askChannel } from "./ask.ts";
import { counterOf } from "./at-counter.ts";
import { finishAttempt } from "./finish.ts";

/**
 * Tries to end an attempt that should not be paid any more: query, close at the channel, query again, close here. Returns
 * `final` when the attempt has its final word (paid included), anything else when money may still come and it stays watched.
 */
export async function giveUpAttempt(ctx: ServiceContext, attempt: Attempt): Promise<Answer> {
  const connected = await ctx.connections.of(attempt.accountNo);
  const before = await askChannel(ctx, attempt);
  if (before === "final") return before;
  const counter = counterOf(connected, attempt);
  if (counter) {
    // The charge may still be under way at the channel: a cancel that overtakes it ends nothing.
    const isTooEarly = ctx.clock.now() < attempt.createdAt + (counter.cancelAfterMs ?? 0);
    return isTooEarly ? before : cancelAttempt(ctx, attempt, connected);
  }
  if (before === "unknown") return before;
  const { connection } = connected;
  const closing = await connection.close({ attemptNo: attempt.attemptNo });
  const after = await askChannel(ctx, attempt);
  if (after === "final" || after === "unknown") return after;
  // Closed, and the channel says no word against it. A channel that does not know the order has nothing to close: its code
  // stays payable until it expires.
  if (after === "absent" && (closing.kind === "closed" || (closing.kind === "absent" && isOver(ctx, attempt)))) {
    await finishAttempt(ctx, attempt.attemptNo, { to: "closed" });
    return "final";
  }
  return after;
}

/** Ends a sale at a counter for good, whatever became of it: after this the payer is not charged, or has the money back. */
async function cancelAttempt(ctx: ServiceContext, attempt: Attempt, { connection }: ConnectedAccount): Promise<Answer> {
  const outcome = await connection.cancel({ attemptNo: attempt.attemptNo });
  if (outcome.kind === "cancelled") {
    await finishAttempt(ctx, attempt.attemptNo, { to: "closed" });
    return "final";
  }
  ctx.log.warn({ attemptNo: attempt.attemptNo, outcome: outcome.kind }, "a sale could not be cancelled yet");
  const after = await askChannel(ctx, attempt);
  // The charge never came, and what the payer showed is dead by now.
  if (outcome.kind === "absent" && after === "absent" && isOver(ctx, attempt)) {
    await finishAttempt(ctx, attempt.attemptNo, { to: "closed" });
    return "final";
  }
  return after;
}

function isOver(ctx: ServiceContext, attempt: Attempt): boolean {
  return ctx.clock.now() >= attempt.expiresAt + EXPIRY_MARGIN_MS;
}
