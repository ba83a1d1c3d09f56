const offsetMs = 8 * 3_600_000;

/** Alipay's `yyyy-MM-dd HH:mm:ss` (UTC+8) of an epoch time in ms. */
export function beijingTime(epochMs: number): string {
  return new Date(epochMs + offsetMs).toISOString().slice(0, 19).replace("T", " ");
}

/** `yyyyMMdd` and `HHmmss` (UTC+8), the parts of Alipay's numbers. */
export function beijingStamp(epochMs: number): { date: string; time: string } {
  const [date = "", time = ""] = beijingTime(epochMs).split(" ");
  return { date: date.replaceAll("-", ""), time: time.replaceAll(":", "") };
}

/** Epoch ms of `yyyy-MM-dd HH:mm[:ss]` (UTC+8), or undefined when it is no such time. */
export function parseBeijingTime(text: string): number | undefined {
  const match = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2})(:\d{2})?$/.exec(text);
  if (!match) return undefined;
  const epochMs = Date.parse(`${match[1]}T${match[2]}${match[3] ?? ":00"}+08:00`);
  return Number.isNaN(epochMs) ? undefined : epochMs;
}

/** Epoch ms of the next midnight in Beijing. */
export function endOfBeijingDay(epochMs: number): number {
  const dayMs = 86_400_000;
  return (Math.floor((epochMs + offsetMs) / dayMs) + 1) * dayMs - offsetMs;
}
