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

const DAY_MS = 86_400_000;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The first and the first-after moment of a business day, in epoch ms; throws `RangeError` on anything but a calendar day. */
export function boundsOfDay(day: string): { fromMs: number; toMs: number } {
  const fromMs = DAY.test(day) ? Date.parse(`${day}T00:00:00+08:00`) : Number.NaN;
  // Date.parse takes 31 February for 3 March on some engines.
  if (Number.isNaN(fromMs) || shiftedDay(fromMs, 0) !== day) {
    throw new RangeError(`not a day: ${JSON.stringify(day.slice(0, 40))}`);
  }
  return { fromMs, toMs: fromMs + DAY_MS };
}

/** The business day `days` after (or before) one. */
export function addDays(day: string, days: number): string {
  return shiftedDay(boundsOfDay(day).fromMs, days);
}

function shiftedDay(fromMs: number, days: number): string {
  return businessDay(fromMs + days * DAY_MS);
}
