import { expect, test } from "vitest";
import { readOptions } from "./options.ts";

// 00:30 in Shanghai, still the day before in UTC.
const NOW = Date.parse("2026-11-21T00:30:00+08:00");
const read = (...args: string[]) => readOptions(args, NOW);

test("without options it is yesterday in Shanghai, of every account", () => {
  expect(read()).toEqual({ days: ["2026-11-20"], accountNos: [], json: false, envFile: undefined });
});

test("reads days, oldest first over a year's end, and accounts, each once", () => {
  const args = ["--account", "A2", "--account", "A1", "--account", "A2", "--json", "--variables", "x.env"];
  expect(read("--date", "2025-12-30..2026-01-02", ...args)).toEqual({
    days: ["2025-12-30", "2025-12-31", "2026-01-01", "2026-01-02"],
    accountNos: ["A2", "A1"],
    json: true,
    envFile: "x.env",
  });
  expect(read("--date=2026-08-20..2026-11-20")?.days).toHaveLength(93);
  expect(read("--date", "2026-11-20..2026-11-20")?.days).toEqual(["2026-11-20"]);
});

test("help is no run", () => {
  expect(read("--help", "--date", "nonsense")).toBeUndefined();
});

test.each([
  ["today", ["--date", "2026-11-21"], "today is 2026-11-21"],
  ["a range that ends today", ["--date", "2026-11-19..2026-11-21"], "today is 2026-11-21"],
  ["no day of the calendar", ["--date", "2026-02-31"], "--date is a day"],
  ["another way to write a day", ["--date", "20261120"], "--date is a day"],
  ["three days in a row", ["--date", "2026-11-01..2026-11-02..2026-11-03"], "--date is a day"],
  ["a range without its end", ["--date", "2026-11-01.."], "--date is a day"],
  ["a range that runs back", ["--date", "2026-11-20..2026-11-19"], "2026-11-20, which is after 2026-11-19"],
  ["too many days", ["--date", "2026-08-19..2026-11-20"], "more than 93 days"],
  ["an empty account", ["--account", ""], "--account is"],
  ["an unknown option", ["--dates", "2026-11-20"], "usage: npm run reconcile"],
  ["a word beside options", ["2026-11-20"], "usage: npm run reconcile"],
])("refuses %s", (_case, args, message) => {
  const refused = expect(() => read(...args));
  refused.toThrow(expect.objectContaining({ code: "INVALID_INPUT", message: expect.stringContaining(message) }));
});
