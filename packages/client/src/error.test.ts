import { type PayhubErrorView, TRPC_CODES } from "@payhub/contract";
import { expect, expectTypeOf, it } from "vitest";
import { ERROR_CODES, PayhubError, type PayhubErrorCode } from "./error.ts";

it("has the contract's codes, no more and no fewer", () => {
  expectTypeOf<PayhubErrorCode>().toEqualTypeOf<PayhubErrorView["code"]>();
  expect([...ERROR_CODES].sort()).toEqual(Object.keys(TRPC_CODES).sort());
});

it("is an Error that says what it is", () => {
  const cause = new Error("ECONNRESET");
  const error = new PayhubError({ code: "INTERNAL", message: "payhub failed", retryable: true, traceId: "t1", cause });
  expect(error).toBeInstanceOf(Error);
  expect(String(error)).toBe("PayhubError: payhub failed");
  expect(error).toMatchObject({ code: "INTERNAL", retryable: true, details: {}, traceId: "t1", cause });
});
