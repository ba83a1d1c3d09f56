import { type Attempt, nextQueryAt } from "@payhub/domain";
import { findAttempt } from "@payhub/store";
import type { ConnectedAccount } from "../account/connections.ts";
import type { ServiceContext } from "../context.ts";

/** How an attempt is asked about whose payer is at a counter; undefined for every other one. */
export function counterOf({ plugin }: ConnectedAccount, attempt: Pick<Attempt, "scene">) {
  return plugin.scenes[attempt.scene]?.atCounter;
}

/** When to ask about an attempt next: every few seconds while its payer is at a counter, else by the ladder. */
export async function nextAskAt(
  ctx: ServiceContext,
  attempt: Attempt,
  { queryCount, nowMs }: { queryCount: number; nowMs: number },
): Promise<number> {
  const atCounter = counterOf(await ctx.connections.of(attempt.accountNo), attempt);
  if (!atCounter) return nextQueryAt({ queryCount, expiresAt: attempt.expiresAt, nowMs }, ctx.random);
  const at = nowMs + atCounter.askEveryMs;
  return nowMs < attempt.expiresAt ? Math.min(at, attempt.expiresAt) : at;
}

/**
 * Whether a sale that was given up at a counter is over at its channel too: the cancel gave the money back, and a word of the payment
 * that comes after it is old. Throws when the channel does not tell.
 */
export async function isCancelled(
  ctx: ServiceContext,
  attemptNo: string,
  connected: ConnectedAccount,
): Promise<boolean> {
  const attempt = await findAttempt(ctx.store.db, attemptNo);
  const isGivenUp = attempt?.accountNo === connected.account.accountNo && attempt.state === "closed";
  if (!isGivenUp || !counterOf(connected, attempt)) return false;
  const { kind } = await connected.connection.query({ attemptNo });
  if (kind === "unknown" || kind === "unsent") throw new Error(`it is ${kind} whether ${attemptNo} is cancelled`);
  return kind === "closed";
}
