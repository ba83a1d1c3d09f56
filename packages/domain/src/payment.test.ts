import { describe, expect, it } from "vitest";
import { attemptOf, NOW } from "../test/books.ts";
import { SCENES } from "./charge.ts";
import { canReuseAttempt, DEFAULT_INITIATION_GAP_MS, EXPIRY_LIMITS, initiationWaitMs } from "./payment.ts";
import { ATTEMPT_MACHINE, type AttemptState } from "./state.ts";

describe("canReuseAttempt", () => {
  const wanted = { accountNo: attemptOf().accountNo, scene: "qr" } as const;

  it.each([
    [3_600_000, true],
    [60_001, true],
    [60_000, true],
    [59_999, false],
    [0, false],
    [-1, false],
  ])("with %d ms of life left: %s", (lifeMs, reusable) => {
    expect(canReuseAttempt(attemptOf({ expiresAt: NOW + lifeMs }), wanted, NOW)).toBe(reusable);
  });

  it.each(Object.keys(ATTEMPT_MACHINE) as AttemptState[])(
    "%s: only what waits for the payer is handed out",
    (state) => {
      expect(canReuseAttempt(attemptOf({ state }), wanted, NOW)).toBe(state === "awaiting_payer");
    },
  );

  it.each(SCENES)("%s: not for another scene", (scene) => {
    expect(canReuseAttempt(attemptOf({ scene }), wanted, NOW)).toBe(scene === "qr");
  });

  it("not for another account", () => {
    const elsewhere = { ...wanted, accountNo: "A20261121080000000000000000002" };
    expect(canReuseAttempt(attemptOf(), elsewhere, NOW)).toBe(false);
  });
});

describe("initiationWaitMs", () => {
  it.each([
    [0, 15_000],
    [1, 14_999],
    [14_999, 1],
    [15_000, 0],
    [15_001, 0],
    [86_400_000, 0],
  ])("%d ms after the last initiation waits %d ms", (agoMs, waitMs) => {
    expect(initiationWaitMs({ initiatedAt: NOW }, DEFAULT_INITIATION_GAP_MS, NOW + agoMs)).toBe(waitMs);
  });

  it("takes the app's own gap, none included", () => {
    expect(initiationWaitMs({ initiatedAt: NOW }, 2_000, NOW + 500)).toBe(1_500);
    expect(initiationWaitMs({ initiatedAt: NOW }, 0, NOW)).toBe(0);
  });
});

it("lets an order be paid for 1 minute to 2 hours, 15 minutes unless told", () => {
  expect(EXPIRY_LIMITS).toEqual({ minMs: 60_000, defaultMs: 900_000, maxMs: 7_200_000 });
});
