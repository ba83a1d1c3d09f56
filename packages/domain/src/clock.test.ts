import fc from "fast-check";
import { expect, it } from "vitest";
import { businessDay, isoShanghai } from "./clock.ts";

const moment = fc.integer({ min: 0, max: Date.UTC(2100, 0) });

it("writes a moment in China's time with its offset", () => {
  expect(isoShanghai(Date.UTC(2026, 10, 21, 0, 0, 0, 7))).toBe("2026-11-21T08:00:00.007+08:00");
  expect(isoShanghai(0)).toBe("1970-01-01T08:00:00.000+08:00");
});

it("writes the same moment that it was given, in a text that sorts by time", () => {
  fc.assert(fc.property(moment, (at) => Date.parse(isoShanghai(at)) === at));
  fc.assert(fc.property(moment, moment, (a, b) => a < b === isoShanghai(a) < isoShanghai(b)));
});

it("does not depend on the zone that the machine is in", () => {
  const zone = process.env.TZ;
  try {
    for (const tz of ["UTC", "America/New_York", "Asia/Shanghai"]) {
      process.env.TZ = tz;
      expect(isoShanghai(Date.UTC(2026, 6, 1))).toBe("2026-07-01T08:00:00.000+08:00");
    }
  } finally {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  }
});

it("begins the business day at midnight in Shanghai", () => {
  const midnight = Date.UTC(2026, 10, 20, 16);
  expect(businessDay(midnight - 1)).toBe("2026-11-20");
  expect(businessDay(midnight)).toBe("2026-11-21");
  expect(businessDay(midnight + 86_399_999)).toBe("2026-11-21");
  expect(businessDay(midnight + 86_400_000)).toBe("2026-11-22");
  expect(businessDay(Date.UTC(2026, 11, 31, 16))).toBe("2027-01-01");
});
