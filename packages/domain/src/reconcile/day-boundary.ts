import { addDays, boundsOfDay } from "../clock.ts";
import { DAY_BOUNDARY_MS } from "../reconciliation.ts";

/** The neighbouring day that may have a moment's money instead of its own, `2026-11-21`; undefined far from midnight. */
export function neighbourOf(day: string, atMs: number): string | undefined {
  const { fromMs, toMs } = boundsOfDay(day);
  if (atMs < fromMs || atMs >= toMs) return undefined;
  if (toMs - atMs <= DAY_BOUNDARY_MS) return addDays(day, 1);
  return atMs - fromMs < DAY_BOUNDARY_MS ? addDays(day, -1) : undefined;
}
