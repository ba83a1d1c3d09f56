import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EXPIRY_MARGIN_MS, LADDER_JITTER, nextQueryAt, QUERY_LADDER_MS } from "./ladder.ts";

const fraction = (value: number) => ({ bytes: (size: number) => new Uint8Array(size), fraction: () => value });
const HOUR_MS = 3_600_000;
const ALMOST_ONE = 1 - Number.EPSILON;

describe("the query ladder", () => {
  it.each([
    [0, 5],
    [1, 15],
    [2, 30],
    [3, 60],
    [4, 180],
    [5, 600],
    [6, 600],
    [7, 600],
    [1_000, 600],
  ])("after %d questions waits %d s, and a tenth more at most", (queryCount, seconds) => {
    const asked = { queryCount, expiresAt: 24 * HOUR_MS, nowMs: 1_000 };
    expect(nextQueryAt(asked, fraction(0))).toBe(1_000 + seconds * 1_000);
    expect(nextQueryAt(asked, fraction(0.5))).toBe(1_000 + seconds * 1_050);
    expect(nextQueryAt(asked, fraction(ALMOST_ONE))).toBe(1_000 + seconds * 1_100);
  });

  it("asks once more just past expiry, and never sleeps over it", () => {
    const expiresAt = 60_000;
    const lastAt = expiresAt + EXPIRY_MARGIN_MS;
    expect(nextQueryAt({ queryCount: 5, expiresAt, nowMs: 0 }, fraction(0))).toBe(lastAt);
    expect(nextQueryAt({ queryCount: 5, expiresAt, nowMs: lastAt - 1 }, fraction(0))).toBe(lastAt);
    expect(nextQueryAt({ queryCount: 0, expiresAt, nowMs: lastAt - 5_000 }, fraction(0))).toBe(lastAt);
    expect(nextQueryAt({ queryCount: 0, expiresAt, nowMs: lastAt - 5_001 }, fraction(0))).toBe(lastAt - 1);
  });

  it("goes on by its steps when expiry passed and there is still no final word", () => {
    const lastAt = 60_000 + EXPIRY_MARGIN_MS;
    expect(nextQueryAt({ queryCount: 0, expiresAt: 60_000, nowMs: lastAt }, fraction(0))).toBe(lastAt + 5_000);
    expect(nextQueryAt({ queryCount: 9, expiresAt: 60_000, nowMs: lastAt }, fraction(0))).toBe(lastAt + 600_000);
  });

  it("is always later than now, within its jitter, and within the margin while the order lives", () => {
    fc.assert(
      fc.property(
        fc.nat(20),
        fc.nat(2 * HOUR_MS),
        fc.nat(3 * HOUR_MS),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (queryCount, expiresAt, nowMs, chance) => {
          const at = nextQueryAt({ queryCount, expiresAt, nowMs }, fraction(chance));
          const step = QUERY_LADDER_MS[Math.min(queryCount, 5)] ?? 0;
          expect(Number.isInteger(at)).toBe(true);
          expect(at).toBeGreaterThan(nowMs);
          expect(at).toBeLessThanOrEqual(nowMs + step * (1 + LADDER_JITTER));
          if (nowMs < expiresAt + EXPIRY_MARGIN_MS) expect(at).toBeLessThanOrEqual(expiresAt + EXPIRY_MARGIN_MS);
        },
      ),
    );
  });
});
