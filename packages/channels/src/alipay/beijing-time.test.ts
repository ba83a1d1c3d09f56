import { afterEach, expect, test } from "vitest";
import { beijingTime, parseBeijingTime } from "./beijing-time.ts";

const processTimezone = process.env.TZ;
afterEach(() => {
  if (processTimezone === undefined) delete process.env.TZ;
  else process.env.TZ = processTimezone;
});

const NEW_YEAR = Date.parse("2026-12-31T16:00:00.999Z");

test.each(["UTC", "Asia/Shanghai", "America/New_York"])("is Beijing's in a process of %s", (timezone) => {
  process.env.TZ = timezone;
  expect(beijingTime(NEW_YEAR)).toBe("2027-01-01 00:00:00");
  expect(parseBeijingTime("2027-01-01 00:00:00")).toBe(NEW_YEAR - 999);
});

test("a refund's time has milliseconds", () => {
  expect(parseBeijingTime("2021-07-14 09:51:36.631")).toBe(Date.parse("2021-07-14T01:51:36Z"));
});

test.each([
  "",
  "2026-13-01 00:00:00",
  "2026-02-29 10:00:00",
  "2026-04-31 10:00:00",
  "2026-11-21T00:00:00",
  "2026-11-21 00:00",
  "2026-11-21 24:00:00",
  "2026-11-21 25:00:00",
  "now",
])("%j is no time", (text) => {
  expect(parseBeijingTime(text)).toBeUndefined();
});

test("the last second of a leap year's February is one", () => {
  expect(parseBeijingTime("2028-02-29 23:59:59")).toBe(Date.parse("2028-02-29T15:59:59Z"));
});
