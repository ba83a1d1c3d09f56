import { describe, expect, it } from "vitest";
import { refusalsOf } from "../../test/refusal.ts";
import { createRefundInputSchema, getRefundInputSchema, listRefundsInputSchema } from "./schemas.ts";

const PAYMENT_NO = "P20261121080000000ABCDEFGHJKMN";
const ATTEMPT_NO = "T20261121080000000ABCDEFGHJKMN";
const REFUND_NO = "R20261121080000000ABCDEFGHJKMN";
const BAD_ORDER_NO = "refundOrderNo: refundOrderNo has 1 to 64 letters, digits or _ - | * @ . :";

describe("refunds.create", () => {
  const order = { idempotencyKey: "12345678", refundOrderNo: "return-1", paymentNo: PAYMENT_NO, amount: 300 };
  const refusals = (changes: object) => refusalsOf(createRefundInputSchema, { ...order, ...changes });

  it("takes an order, and gives it a reason", () => {
    expect(createRefundInputSchema.parse(order)).toEqual({ ...order, reason: "退款" });
  });

  it.each<[string, object]>([
    ["the attempt in place of the payment", { paymentNo: undefined, attemptNo: ATTEMPT_NO }],
    ["both numbers", { attemptNo: ATTEMPT_NO }],
    ["one fen", { amount: 1 }],
    ["an empty reason", { reason: "" }],
    ["the longest reason", { reason: "长".repeat(80) }],
  ])("takes %s", (_what, changes) => {
    expect(refusals(changes)).toEqual([]);
  });

  it.each<[object, string]>([
    [{ paymentNo: undefined }, ": give paymentNo or attemptNo"],
    [{ paymentNo: ATTEMPT_NO }, "paymentNo: not a payhub payment number"],
    [{ attemptNo: PAYMENT_NO }, "attemptNo: not a payhub attempt number"],
    [{ amount: 0 }, "amount: amount is at least 1 fen"],
    [{ amount: -300 }, "amount: amount is at least 1 fen"],
    [{ amount: 10_000_000_001 }, "amount: amount is at most 10000000000 fen"],
    [{ amount: "300" }, "amount: amount is an integer number of fen, such as 1288 for ¥12.88"],
    [{ refundOrderNo: "" }, BAD_ORDER_NO],
    [{ refundOrderNo: "a b" }, BAD_ORDER_NO],
    [{ refundOrderNo: "x".repeat(65) }, BAD_ORDER_NO],
    [{ reason: "x".repeat(81) }, "reason: reason has at most 80 characters"],
    [{ reason: "a\nb" }, "reason: reason holds a control character or an emoji"],
    [{ reason: "🙂" }, "reason: reason holds a control character or an emoji"],
    [{ reason: null }, "reason: Invalid input: expected string, received null"],
    [{ orderNo: "order-1" }, ': Unrecognized key: "orderNo"'],
    [{ refundNo: REFUND_NO }, ': Unrecognized key: "refundNo"'],
  ])("refuses %j", (changes, message) => {
    expect(refusals(changes)).toEqual([message]);
  });

  it("needs a key and a number of its own", () => {
    const paths = refusals({ idempotencyKey: undefined, refundOrderNo: undefined }).map((text) => text.split(":")[0]);
    expect(paths).toEqual(["idempotencyKey", "refundOrderNo"]);
  });
});

describe("refunds.get", () => {
  it.each<object>([{ refundNo: REFUND_NO }, { refundOrderNo: "return-1" }])("takes %j", (ref) => {
    expect(refusalsOf(getRefundInputSchema, ref)).toEqual([]);
  });

  it.each<[object, string]>([
    [{}, ": give either refundNo or refundOrderNo"],
    [{ refundNo: REFUND_NO, refundOrderNo: "return-1" }, ": give either refundNo or refundOrderNo"],
    [{ refundNo: PAYMENT_NO }, "refundNo: not a payhub refund number"],
    [{ refundOrderNo: "' or 1=1 --" }, BAD_ORDER_NO],
    [{ refundNo: REFUND_NO, appId: "APP1" }, ': Unrecognized key: "appId"'],
  ])("refuses %j", (ref, message) => {
    expect(refusalsOf(getRefundInputSchema, ref)).toEqual([message]);
  });
});

describe("refunds.list", () => {
  it("lists fifty unless told", () => {
    expect(listRefundsInputSchema.parse({})).toEqual({ limit: 50 });
  });

  it.each<object>([{ paymentNo: PAYMENT_NO, limit: 1 }, { status: "closed", limit: 200 }, { cursor: "9".repeat(18) }])(
    "takes %j",
    (input) => {
      expect(refusalsOf(listRefundsInputSchema, input)).toEqual([]);
    },
  );

  it.each<[object, string]>([
    [{ limit: 0 }, "limit: Too small: expected number to be >=1"],
    [{ limit: 201 }, "limit: Too big: expected number to be <=200"],
    [{ cursor: "1\n" }, "cursor: cursor is what nextCursor held"],
    [{ cursor: "9".repeat(19) }, "cursor: cursor is what nextCursor held"],
    [{ paymentNo: REFUND_NO }, "paymentNo: not a payhub payment number"],
    [{ status: "abnormal" }, 'status: Invalid option: expected one of "created"|"succeeded"|"failed"|"closed"'],
    [{ purpose: "held_receipt" }, ': Unrecognized key: "purpose"'],
  ])("refuses %j", (input, message) => {
    expect(refusalsOf(listRefundsInputSchema, input)).toEqual([message]);
  });
});
