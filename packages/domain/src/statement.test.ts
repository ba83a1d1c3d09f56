import { expect, it } from "vitest";
import { explainedPercent, periodOfMonth } from "./statement.ts";

it.each([
  [{ matchedCount: 0, differenceCount: 0, openCount: 0 }, 100],
  [{ matchedCount: 0, differenceCount: 1, openCount: 1 }, 0],
  [{ matchedCount: 0, differenceCount: 3, openCount: 0 }, 100],
  [{ matchedCount: 2, differenceCount: 1, openCount: 1 }, 66.66],
  [{ matchedCount: 7, differenceCount: 3, openCount: 1 }, 90],
])("of %j explains %d %%", (counts, percent) => {
  expect(explainedPercent(counts)).toBe(percent);
});

it("is never 100 while one of a million is open", () => {
  expect(explainedPercent({ matchedCount: 999_999, differenceCount: 1, openCount: 1 })).toBe(99.99);
});

it.each([
  ["2026-11", "2026-11-30"],
  ["2026-12", "2026-12-31"],
  ["2027-01", "2027-01-31"],
  ["2027-02", "2027-02-28"],
  ["2028-02", "2028-02-29"],
])("month %s ends on %s", (month, toDay) => {
  expect(periodOfMonth(month)).toEqual({ fromDay: `${month}-01`, toDay });
});

it.each(["2026-13", "2026-00", "2026-1", "2026", ""])("%j is no month", (month) => {
  expect(() => periodOfMonth(month)).toThrow(RangeError);
});
