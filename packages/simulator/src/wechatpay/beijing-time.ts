const beijingOffsetMs = 8 * 3_600_000;

/** Epoch ms as `2026-01-15T10:02:03+08:00`. */
export function toBeijingRfc3339(at: number): string {
  return `${new Date(at + beijingOffsetMs).toISOString().slice(0, 19)}+08:00`;
}

/** Epoch ms as `20260115`, the Beijing day. */
export function toBeijingDay(at: number): string {
  return toBeijingRfc3339(at).slice(0, 10).replaceAll("-", "");
}
