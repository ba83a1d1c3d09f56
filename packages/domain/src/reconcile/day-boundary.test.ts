import { expect, test } from "vitest";
import { neighbourOf } from "./day-boundary.ts";

test.each([
  ["2026-11-20T00:00:00.000+08:00", "2026-11-19"],
  ["2026-11-20T00:09:59.999+08:00", "2026-11-19"],
  ["2026-11-20T00:10:00.000+08:00", undefined],
  ["2026-11-20T23:49:59.999+08:00", undefined],
  ["2026-11-20T23:50:00.000+08:00", "2026-11-21"],
  ["2026-11-20T23:59:59.999+08:00", "2026-11-21"],
  ["2026-11-21T00:00:00.000+08:00", undefined],
  ["2026-11-19T23:59:59.999+08:00", undefined],
])("money of %s may be on %s instead of 2026-11-20", (at, day) => {
  expect(neighbourOf("2026-11-20", Date.parse(at))).toBe(day);
});
