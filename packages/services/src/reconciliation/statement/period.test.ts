import { PayhubError } from "@payhub/domain";
import { expect, it } from "vitest";
import { daysOf, periodOfMonth } from "./period.ts";

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

it("counts the days over the year's end, both ends in", () => {
  expect(daysOf({ fromDay: "2026-12-30", toDay: "2027-01-02" })).toEqual([
    "2026-12-30",
    "2026-12-31",
    "2027-01-01",
    "2027-01-02",
  ]);
  expect(daysOf(periodOfMonth("2026-12"))).toHaveLength(31);
});

it("refuses a period that is too long, or upside down", () => {
  expect(() => daysOf({ fromDay: "2026-12-01", toDay: "2027-01-01" })).toThrow(PayhubError);
  expect(() => daysOf({ fromDay: "2026-12-02", toDay: "2026-12-01" })).toThrow(PayhubError);
});
