import { boundsOfDay } from "@payhub/domain";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const DUE_AFTER_MS = 10.5 * HOUR_MS;
const NOON_AFTER_MS = 12 * HOUR_MS;
const BEFORE_NOON_MS = 10 * MINUTE_MS;
const AFTER_NOON_MS = 30 * MINUTE_MS;

/** When a day is to be reconciled first: at 10:30 in Shanghai of the day after, when channels have made their bills. */
export function dueAt(day: string): number {
  return boundsOfDay(day).toMs + DUE_AFTER_MS;
}

/** Whether the noon by which a day's bills have to be there is over. */
export function isAfterNoon(day: string, nowMs: number): boolean {
  return nowMs >= boundsOfDay(day).toMs + NOON_AFTER_MS;
}

/** The end of the noon-to-noon day that a moment is in, in which a missing bill is told of once. */
export function nextNoon(day: string, nowMs: number): number {
  const noon = boundsOfDay(day).toMs + NOON_AFTER_MS;
  return noon + (Math.floor((nowMs - noon) / DAY_MS) + 1) * DAY_MS;
}

/**
 * When to ask for a bill again that is not there: every ten minutes until noon and at noon, then every half hour; null when the
 * channel keeps the bill no longer.
 */
export function nextTryAt(day: string, { nowMs, daysBack }: { nowMs: number; daysBack: number }): number | null {
  const { toMs } = boundsOfDay(day);
  const noon = toMs + NOON_AFTER_MS;
  const next = nowMs < noon ? Math.min(nowMs + BEFORE_NOON_MS, noon) : nowMs + AFTER_NOON_MS;
  return isFetchable(day, { nowMs: next, daysBack }) ? next : null;
}

/** Whether a channel that keeps bills for so many days still has one. */
export function isFetchable(day: string, { nowMs, daysBack }: { nowMs: number; daysBack: number }): boolean {
  return nowMs < boundsOfDay(day).toMs + daysBack * DAY_MS;
}
