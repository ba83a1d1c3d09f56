import type { Randomness } from "./clock.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** When an attempt without a final word is asked about, counted from the last question; the last step repeats until expiry. */
export const QUERY_LADDER_MS: readonly number[] = [
  5 * SECOND_MS,
  15 * SECOND_MS,
  30 * SECOND_MS,
  MINUTE_MS,
  3 * MINUTE_MS,
  10 * MINUTE_MS,
];

/** Each wait is stretched by up to this share, so that many orders do not ask at once. */
export const LADDER_JITTER = 0.1;

/** How long after an attempt's expiry its absence at the channel counts as final. */
export const EXPIRY_MARGIN_MS = 5 * SECOND_MS;

/** When to ask next after `queryCount` questions: the ladder's step with jitter, but not later than just past expiry. */
export function nextQueryAt(
  { queryCount, expiresAt, nowMs }: { queryCount: number; expiresAt: number; nowMs: number },
  random: Randomness,
): number {
  const stepMs = QUERY_LADDER_MS[Math.min(queryCount, QUERY_LADDER_MS.length - 1)] as number;
  const at = nowMs + Math.round(stepMs * (1 + LADDER_JITTER * random.fraction()));
  const lastAt = expiresAt + EXPIRY_MARGIN_MS;
  return nowMs < lastAt ? Math.min(at, lastAt) : at;
}
