import { isoShanghai } from "@payhub/domain";
import { expect, test } from "vitest";
import { descriptionFrom, timeExpire } from "./text.ts";

test.each([
  ["咖啡 Latte", "咖啡 Latte"],
  ["☕️ 中杯", "☕ 中杯"],
  ["🎉新年🎉", "新年"],
  ["𠮷野家", "野家"],
  ["a\ud83db\udf89c", "abc"],
  ["a\u0000b\nc\u009fd", "abcd"],
  ["🎉🎉", "T1"],
  ["   ", "T1"],
  ["", "T1"],
  ["x".repeat(200), "x".repeat(127)],
  [`${"🎉".repeat(300)}咖啡`, "咖啡"],
])("%j is described as %j", (subject, description) => {
  expect(descriptionFrom(subject, "T1")).toBe(description);
});

test("a moment is written to the second, never later than it is", () => {
  expect(timeExpire(isoShanghai(Date.parse("2026-01-15T02:02:03.999Z")))).toBe("2026-01-15T10:02:03+08:00");
  expect(timeExpire(isoShanghai(Date.parse("2026-12-31T16:00:00.000Z")))).toBe("2027-01-01T00:00:00+08:00");
});
