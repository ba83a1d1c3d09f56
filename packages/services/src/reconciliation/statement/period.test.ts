import { PayhubError, periodOfMonth } from "@payhub/domain";
import { expect, it } from "vitest";
import { daysOf } from "./period.ts";

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
