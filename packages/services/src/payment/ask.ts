import type { QueryOutcome } from "@payhub/channels";
import type { Attempt, Receipt } from "@payhub/domain";
import type { ConnectedAccount } from "../account/connections.ts";
import type { ServiceContext } from "../context.ts";
import { finishAttempt } from "./finish.ts";
import { receiveReceipt } from "./receive-receipt.ts";

/** What asking the channel about an attempt came to; anything final is in the books already. */
export type Answer =
  /** The channel gave a final word. */
  | "final"
  /** The channel knows the order and nobody has paid it. */
  | "unpaid"
  /** The channel does not know the order. */
  | "absent"
  /** No answer, or none that can be believed. */
  | "unknown";

/** Asks the channel about an attempt and brings its final word, if it has one, into the books. */
export async function askChannel(ctx: ServiceContext, attempt: Attempt): Promise<Answer> {
  const connected = await ctx.connections.of(attempt.accountNo);
  const outcome = await connected.connection.query({ attemptNo: attempt.attemptNo });
  return takeAnswer(ctx, attempt, connected, outcome);
}

async function takeAnswer(
  ctx: ServiceContext,
  attempt: Attempt,
  connected: ConnectedAccount,
  outcome: QueryOutcome,
): Promise<Answer> {
  switch (outcome.kind) {
    case "paid": {
      const effect = await takeReceipt(ctx, attempt, connected, outcome.receipt);
      // Held money settles nothing: a mismatch leaves the attempt open, to be asked about again.
      return effect === "held" ? "unknown" : "final";
    }
    case "closed":
      await finishAttempt(ctx, attempt.attemptNo, { to: "closed" });
      return "final";
    case "failed":
      await finishAttempt(ctx, attempt.attemptNo, { to: "failed", code: outcome.code, message: outcome.message });
      return "final";
    case "unpaid":
    case "absent":
      return outcome.kind;
    case "declined":
    case "unknown":
    case "unsent":
      ctx.log.warn({ attemptNo: attempt.attemptNo, outcome: outcome.kind }, "the channel could not be asked");
      return "unknown";
  }
}

/** Brings into the books what the channel answered about an attempt's money. */
export function takeReceipt(
  ctx: ServiceContext,
  { accountNo }: Attempt,
  { connection, account }: ConnectedAccount,
  receipt: Receipt,
) {
  return receiveReceipt(ctx, { accountNo, channel: account.channel, payee: connection.payee, receipt });
}
