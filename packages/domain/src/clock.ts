/** Where the time comes from; tests bring their own. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
}

/** Where chance comes from; tests bring a seeded one. */
export interface Randomness {
  /** `size` random bytes. */
  bytes(size: number): Uint8Array;
  /** A number in [0, 1). */
  fraction(): number;
}

const SHANGHAI_OFFSET_MS = 8 * 60 * 60 * 1000;

/** Writes epoch milliseconds as ISO 8601 in China's time, `2026-11-21T08:00:00.000+08:00` (no daylight saving since 1991). */
export function isoShanghai(epochMs: number): string {
  return new Date(epochMs + SHANGHAI_OFFSET_MS).toISOString().replace("Z", "+08:00");
}

/** The business day of a moment in Asia/Shanghai, `2026-11-21`. */
export function businessDay(epochMs: number): string {
  return isoShanghai(epochMs).slice(0, 10);
}
