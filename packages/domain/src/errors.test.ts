import { describe, expect, it } from "vitest";
import { ERROR_CODES, isFinalRefusal, PayhubError, type PayhubErrorCode } from "./errors.ts";

// code, may the same call succeed later, is the refusal stored and given again
const TABLE: [PayhubErrorCode, boolean, boolean][] = [
  ["INVALID_INPUT", false, true],
  ["UNAUTHENTICATED", false, false],
  ["FORBIDDEN", false, false],
  ["NOT_FOUND", false, true],
  ["ORDER_CONFLICT", false, true],
  ["IDEMPOTENCY_KEY_REUSED", false, false],
  ["IN_PROGRESS", true, false],
  ["SCENE_NOT_SUPPORTED", false, true],
  ["ALREADY_PAID", false, true],
  ["ALREADY_CLOSED", false, true],
  ["REFUND_EXCEEDS_PAID", false, true],
  ["REFUND_WINDOW_PASSED", false, true],
  ["CHANNEL_REJECTED", false, true],
  ["CHANNEL_UNAVAILABLE", true, false],
  ["OUTCOME_UNKNOWN", true, false],
  ["RATE_LIMITED", true, false],
  ["INTERNAL", true, false],
];

describe("the error codes", () => {
  it("are these and no others", () => {
    expect(Object.keys(ERROR_CODES)).toEqual(TABLE.map(([code]) => code));
  });

  it.each(TABLE)("%s: retryable %s, final %s", (code, retryable, final) => {
    expect(new PayhubError(code, "no").retryable).toBe(retryable);
    expect(isFinalRefusal(code)).toBe(final);
  });
});

describe("PayhubError", () => {
  it("keeps its code, message, details and cause", () => {
    const cause = new Error("socket hang up");
    const error = new PayhubError("OUTCOME_UNKNOWN", "repeat it", { details: { retryAfterMs: 5 }, cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: "PayhubError",
      code: "OUTCOME_UNKNOWN",
      message: "repeat it",
      details: { retryAfterMs: 5 },
    });
    expect(error.cause).toBe(cause);
  });

  it("has neither details nor a cause when none was given", () => {
    const error = new PayhubError("NOT_FOUND", "no such payment");
    expect(error.details).toBeUndefined();
    expect("cause" in error).toBe(false);
  });
});
