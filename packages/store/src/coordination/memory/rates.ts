import type { RateCounter } from "../coordination.ts";
import { ExpiringMap, type Monotonic } from "./expiring-map.ts";

const LIMIT = 10_000;

/** Counts one process's calls; a window starts at its first call. */
export function memoryRates(now: Monotonic): RateCounter {
  const windows = new ExpiringMap<{ count: number }>({ limit: LIMIT, now });
  return {
    async hit(key, windowMs) {
      const window = windows.get(key);
      if (window) return ++window.count;
      windows.set(key, { count: 1 }, windowMs);
      return 1;
    },
  };
}
