const dayMs = 86_400_000;
const shanghaiOffsetMs = 8 * 3_600_000;

/** The business day (Asia/Shanghai) of a moment in epoch ms, as `2026-11-20`. */
export function businessDayOf(at: number): string {
  return new Date(at + shanghaiOffsetMs).toISOString().slice(0, 10);
}

/** When a business day begins, in epoch ms; `undefined` for what is no day of the calendar. */
export function startOfBusinessDay(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const startsAt = Date.parse(`${text}T00:00:00+08:00`);
  return !Number.isNaN(startsAt) && businessDayOf(startsAt) === text ? startsAt : undefined;
}

/** When a day's bill can first be asked for: at that hour of the next day, in epoch ms. */
export function billReadyAt(startsAt: number, hour: number): number {
  return startsAt + dayMs + hour * 3_600_000;
}
