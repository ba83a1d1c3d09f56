import { expect, test } from "vitest";
import { billReadyAt, businessDayOf, startOfBusinessDay } from "./business-day.ts";

test("a day begins at midnight in Shanghai", () => {
  const midnight = Date.parse("2026-11-19T16:00:00Z");
  expect(startOfBusinessDay("2026-11-20")).toBe(midnight);
  expect([businessDayOf(midnight - 1), businessDayOf(midnight)]).toEqual(["2026-11-19", "2026-11-20"]);
  expect(new Date(billReadyAt(midnight, 10)).toISOString()).toBe("2026-11-21T02:00:00.000Z");
});

test.each(["2026-02-30", "2026-2-3", "2026-13-01", "20260115", "", "2026-11-20T00:00"])("%j is no day", (text) => {
  expect(startOfBusinessDay(text)).toBeUndefined();
});
