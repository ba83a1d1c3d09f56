import { addDays, PayhubError, type Period } from "@payhub/domain";

const DAYS_AT_MOST = 31;

/** The days of a period; refuses with `INVALID_INPUT` one that ends before it begins or is longer than 31 days. */
export function daysOf({ fromDay, toDay }: Period): string[] {
  const days: string[] = [];
  for (let day = fromDay; day <= toDay; day = addDays(day, 1)) {
    if (days.length === DAYS_AT_MOST) {
      throw new PayhubError("INVALID_INPUT", `a period has at most ${DAYS_AT_MOST} days; ask month by month`, {
        details: { fromDay, toDay },
      });
    }
    days.push(day);
  }
  if (days.length > 0) return days;
  throw new PayhubError("INVALID_INPUT", `the period ends on ${toDay}, before it begins on ${fromDay}`, {
    details: { fromDay, toDay },
  });
}
