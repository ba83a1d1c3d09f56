import { expect, it } from "vitest";
import { NOW, refundOf } from "../../test/books.ts";
import { presentRefund } from "./present.ts";
import { refundViewSchema } from "./schemas.ts";

it("writes the numbers, both amounts and times with their offset", () => {
  expect(presentRefund(refundOf({ chargedAmount: 1 }))).toEqual({
    refundNo: "R20261121080000000000000000001",
    refundOrderNo: "return-1",
    paymentNo: "P20261121080000000000000000001",
    attemptNo: "T20261121080000000000000000001",
    channelRefundNo: null,
    accountNo: "A20261121080000000000000000001",
    channel: "wechatpay",
    amount: 300,
    chargedAmount: 1,
    reason: "少糖变多糖",
    status: "created",
    unknown: false,
    abnormal: false,
    failureCode: null,
    failureMessage: null,
    succeededAt: null,
    createdAt: "2026-11-21T08:02:00.000+08:00",
  });
});

it.each([
  { status: "succeeded", succeededAt: NOW, channelRefundNo: "5030000000000000000000000001" },
  { status: "failed", failureCode: "INVALID_REQUEST", failureMessage: "no" },
  { status: "closed" },
  { status: "created", unknown: true, abnormal: true },
] as const)("is what its schema says, to the last field: %j", (changes) => {
  const view = presentRefund(refundOf(changes));
  expect(refundViewSchema.strict().parse(view)).toEqual(view);
});

it("tells nothing of what is ours alone", () => {
  const text = JSON.stringify(presentRefund(refundOf()));
  for (const secret of ["key-00000003", "callbacks", "requestDigest", "calledUntil", "sentAt", "purpose"])
    expect(text).not.toContain(secret);
});
