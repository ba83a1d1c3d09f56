import type { Attempt, PayerAction, Payment, PaymentStatus } from "@payhub/domain";
import { describe, expect, it } from "vitest";
import { attemptOf, heldReceiptOf, NOW, paymentOf } from "../../test/books.ts";
import { presentAttempt, presentHeldReceipt, presentPayment } from "./present.ts";
import { attemptViewSchema, heldReceiptViewSchema, paymentViewSchema } from "./schemas.ts";

const present = (payment: Partial<Payment> = {}, attempt: Partial<Attempt> = {}) =>
  presentPayment({ payment: paymentOf(payment), attempt: attemptOf(attempt) });

describe("presentPayment", () => {
  it("writes the three numbers, both amounts and times with their offset", () => {
    expect(present({ oneCent: true, chargedAmount: 1 }, { chargedAmount: 1 })).toEqual({
      paymentNo: "P20261121080000000000000000001",
      orderNo: "order-1",
      attemptNo: "T20261121080000000000000000001",
      channelTradeNo: null,
      merchantNo: "M20261121080000000000000000001",
      accountNo: "A20261121080000000000000000001",
      channel: "wechatpay",
      scene: "qr",
      subject: "coffee",
      amount: 1288,
      chargedAmount: 1,
      oneCent: true,
      currency: "CNY",
      refundedAmount: 0,
      status: "created",
      closing: false,
      action: {
        type: "show_qr",
        codeUrl: "weixin://wxpay/bizpayurl?pr=1",
        expiresAt: "2026-11-21T08:15:00.000+08:00",
      },
      expiresAt: "2026-11-21T08:15:00.000+08:00",
      paidAt: null,
      closedAt: null,
      createdAt: "2026-11-21T08:00:00.000+08:00",
    });
  });

  it("is what its schema says, to the last field", () => {
    const view = present({ status: "succeeded", paidAt: NOW, closedAt: NOW });
    expect(paymentViewSchema.strict().parse(view)).toEqual(view);
    expect(view).toMatchObject({ paidAt: "2026-11-21T08:00:00.000+08:00", closedAt: "2026-11-21T08:00:00.000+08:00" });
  });

  it.each<[PaymentStatus, number | null, boolean]>([
    ["created", null, false],
    ["created", NOW, true],
    ["closed", NOW, false],
    ["succeeded", NOW, false],
    ["failed", NOW, false],
  ])("%s with a close asked for at %s: closing %s", (status, closeRequestedAt, closing) => {
    expect(present({ status, closeRequestedAt }).closing).toBe(closing);
  });

  it.each<PaymentStatus>(["succeeded", "failed", "closed"])("hands out no code once %s", (status) => {
    expect(present({ status }).action).toEqual({ type: "none" });
  });

  it("tells how much of it is refunded or reserved", () => {
    expect(present({ status: "succeeded", refundedAmount: 300 })).toMatchObject({ amount: 1288, refundedAmount: 300 });
  });

  it.each<PayerAction>([
    { type: "redirect", url: "https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx1" },
    { type: "submit_form", url: "https://openapi.alipay.com/gateway.do", fields: { sign: "x" } },
    { type: "invoke_jsapi", parameters: { appId: "wx1", paySign: "x" } },
    { type: "invoke_app", parameters: { partnerid: "1900000109", sign: "x" } },
    { type: "wait" },
  ])("hands out %j as it is while it is open, and nothing more after", (action) => {
    expect(present({}, { action }).action).toEqual(action);
    expect(paymentViewSchema.strict().parse(present({}, { action })).action).toEqual(action);
    expect(present({ status: "closed" }, { action }).action).toEqual({ type: "none" });
  });

  it("hands out no code before the channel gave one", () => {
    expect(present({}, { state: "preparing", action: null }).action).toEqual({ type: "none" });
    expect(present({}, { action: { type: "none" } }).action).toEqual({ type: "none" });
  });

  it("tells nothing of what is ours alone", () => {
    const text = JSON.stringify([present(), presentAttempt(attemptOf())]);
    for (const secret of ["key-00000001", "callbacks", "requestDigest", "calledUntil"])
      expect(text).not.toContain(secret);
  });
});

it("presentAttempt writes an attempt with its failure", () => {
  const view = presentAttempt(
    attemptOf({ state: "failed", unknown: true, failureCode: "SYSTEM_ERROR", failureMessage: "later", paidAt: NOW }),
  );
  expect(attemptViewSchema.strict().parse(view)).toEqual(view);
  expect(view).toMatchObject({
    state: "failed",
    unknown: true,
    failureCode: "SYSTEM_ERROR",
    failureMessage: "later",
    paidAt: "2026-11-21T08:00:00.000+08:00",
    expiresAt: "2026-11-21T08:15:00.000+08:00",
  });
});

it("presentHeldReceipt writes what was held and why", () => {
  const view = presentHeldReceipt(heldReceiptOf());
  expect(heldReceiptViewSchema.strict().parse(view)).toEqual(view);
  expect(view).toEqual({
    heldReceiptNo: "H20261121080000000000000000001",
    channel: "wechatpay",
    channelTradeNo: "4200000000000000000000000002",
    amount: 1288,
    reason: "duplicate",
    status: "held",
    refundNo: null,
    paidAt: "2026-11-21T08:01:00.000+08:00",
  });
  const refunded = presentHeldReceipt(
    heldReceiptOf({ status: "refunded", refundNo: "R20261121080000000000000000002" }),
  );
  expect(refunded).toMatchObject({ status: "refunded", refundNo: "R20261121080000000000000000002" });
});
