import { type Attempt, nextQueryAt } from "@payhub/domain";
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
