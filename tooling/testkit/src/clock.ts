import type { Clock } from "@payhub/domain";

/** A clock that stands still until it is moved. */
export interface ManualClock extends Clock {
  advance(byMs: number): void;
  set(epochMs: number): void;
}

/** A clock at `epochMs`, default 2026-11-21T08:00:00+08:00. */
export function manualClock(epochMs = Date.UTC(2026, 10, 21)): ManualClock {
  let now = epochMs;
  return {
    now: () => now,
    advance(byMs) {
      now += byMs;
    },
    set(to) {
      now = to;
    },
  };
}
