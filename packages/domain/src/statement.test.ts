import { expect, it } from "vitest";
import type { DifferenceClass, DifferenceState } from "./difference.ts";
import { explainedPercent, periodOfMonth } from "./statement.ts";

const count = (differenceClass: DifferenceClass, differenceState: DifferenceState, times = 1) => ({
  differenceClass,
  differenceState,
  count: times,
});

it.each([
  [0, [], 100],
  [0, [count("missing_here", "open")], 0],
  [0, [count("missing_here", "resolved", 2), count("fee_mismatch", "accepted")], 100],
  [2, [count("missing_here", "open")], 66.66],
  [7, [count("missing_here", "resolved"), count("missing_there", "resolved"), count("status_mismatch", "open")], 90],
])("of %d matched lines and %j explains %d %%", (matchedCount, differences, percent) => {
  expect(explainedPercent({ matchedCount, differences })).toBe(percent);
});

it("counts a line once that agrees since it was repaired", () => {
  const differences = [count("status_mismatch", "repaired", 2), count("missing_there", "open")];
  expect(explainedPercent({ matchedCount: 3, differences })).toBe(75);
});

it.each([
  ["one_cent", "accepted"],
  ["day_boundary", "resolved"],
] as const)("counts a matched line once beside its %s", (differenceClass, differenceState) => {
  const differences = [count(differenceClass, differenceState, 3), count("missing_there", "open")];
  expect(explainedPercent({ matchedCount: 3, differences })).toBe(75);
});

it("counts money near midnight that is still open", () => {
  expect(explainedPercent({ matchedCount: 3, differences: [count("day_boundary", "open")] })).toBe(75);
});

it("is never 100 while one of a million is open", () => {
  expect(explainedPercent({ matchedCount: 999_999, differences: [count("missing_there", "open")] })).toBe(99.99);
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
