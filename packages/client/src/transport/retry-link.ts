import type { AppRouter } from "@payhub/contract";
import { retryLink, type TRPCClientError, type TRPCLink } from "@trpc/client";
import { backOffMs } from "../back-off.ts";
import type { Settings } from "../options.ts";
import { failureOf, fromAnswer } from "./to-payhub-error.ts";

/** What a call tells the links: how long the server may hold it on purpose, and whether the caller repeats it itself. */
export interface CallContext {
  waitMs?: number;
  once?: boolean;
}

const BACK_OFF = { baseMs: 250, maxMs: 8_000 };

/**
 * Repeats what is safe to repeat: calls without an answer, and refusals that payhub calls retryable. Every mutation carries its
 * key, so a repeat never does anything twice. Bounded by count and by time; each attempt has its own time limit.
 */
export function createRetryLink({ retries, timeoutMs, totalMs, clock }: Settings): TRPCLink<AppRouter> {
  return (runtime) =>
    ({ op, next }) => {
      const { waitMs = 0, once = false }: CallContext = op.context;
      const endsAt = clock.now() + totalMs + waitMs;
      let delayMs = 0;
      const repeat = retryLink<AppRouter>({
        retry: ({ error, attempts }) => {
          if (once || attempts > retries || op.signal?.aborted) return false;
          const waits = delayBefore(error, attempts);
          if (waits === undefined || clock.now() + waits >= endsAt) return false;
          delayMs = waits;
          return true;
        },
        retryDelayMs: () => delayMs,
      });
      const attempt: typeof next = (attempted) => {
        const limitMs = Math.max(1, Math.min(timeoutMs + waitMs, endsAt - clock.now()));
        const limit = AbortSignal.timeout(limitMs);
        return next({ ...attempted, signal: op.signal ? AbortSignal.any([op.signal, limit]) : limit });
      };
      return repeat(runtime)({ op, next: attempt });
    };
}

function delayBefore(error: TRPCClientError<AppRouter>, attempts: number): number | undefined {
  const answer = fromAnswer(error, { type: "query" });
  if (!answer) return failureOf(error).passing ? backOffMs(attempts, BACK_OFF) : undefined;
  if (!answer.retryable) return undefined;
  const { retryAfterMs } = answer.details;
  return typeof retryAfterMs === "number" ? Math.max(0, retryAfterMs) : backOffMs(attempts, BACK_OFF);
}
