import { expect, test } from "vitest";
import { agreedFee, feeExcess } from "./agreed-fee.ts";

test.each([
  [1000, 60, 6],
  [83, 60, 0],
  [84, 60, 1],
  [250, 60, 2],
  [1, 0, 0],
  [10_000_000_000, 10_000, 10_000_000_000],
  // 2.5 fen is 3.
  [500, 50, 3],
])("the fee of %i fen at %i per 10,000 is %i", (amount, rate, fee) => {
  expect(agreedFee(amount, rate)).toBe(fee);
});

test("a payment's fee is as agreed to the fen, a refund's within one", () => {
  const payment = { kind: "payment", amount: 1000 } as const;
  expect([5, 6, 7].map((fee) => feeExcess({ ...payment, fee }, 60))).toEqual([-1, 0, 1]);
  const refund = { kind: "refund", amount: 1000 } as const;
  expect([-8, -7, -6, -5, -4, 6].map((fee) => feeExcess({ ...refund, fee }, 60))).toEqual([-2, 0, 0, 0, 2, 12]);
});
