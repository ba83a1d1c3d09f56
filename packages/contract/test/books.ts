import type { HeldReceipt, Refund } from "@payhub/domain";
import { NOW } from "@payhub/domain/test/books";
import type { PositionedEvent } from "../src/ports.ts";

export { attemptOf, differenceOf, NOW, paymentOf, runOf } from "@payhub/domain/test/books";

/** A receipt that came twice. */
export function heldReceiptOf(changes: Partial<HeldReceipt> = {}): HeldReceipt {
  return {
    refundNo: null,
    heldReceiptNo: "H20261121080000000000000000001",
    channel: "wechatpay",
    accountNo: "A20261121080000000000000000001",
    outTradeNo: "T20261121080000000000000000001",
    channelTradeNo: "4200000000000000000000000002",
    amount: 1288,
    reason: "duplicate",
    status: "held",
    appId: "APP20261121080000000000000000001",
    paymentNo: "P20261121080000000000000000001",
    paidAt: NOW + 60_000,
    createdAt: NOW + 61_000,
    updatedAt: NOW + 61_000,
    ...changes,
  };
}

/** ¥3.00 of it on their way back. */
export function refundOf(changes: Partial<Refund> = {}): Refund {
  return {
    refundNo: "R20261121080000000000000000001",
    purpose: "business",
    appId: "APP20261121080000000000000000001",
    merchantNo: "M20261121080000000000000000001",
    paymentNo: "P20261121080000000000000000001",
    attemptNo: "T20261121080000000000000000001",
    accountNo: "A20261121080000000000000000001",
    channel: "wechatpay",
    refundOrderNo: "return-1",
    amount: 300,
    chargedAmount: 300,
    reason: "少糖变多糖",
    status: "created",
    unknown: false,
    abnormal: false,
    channelRefundNo: null,
    notifyUrl: "https://pay.example.com/callbacks/wechatpay/A1/refunds",
    idempotencyKey: "key-00000003",
    requestDigest: {},
    calledUntil: NOW + 123_000,
    sentAt: NOW + 120_000,
    queryCount: 0,
    nextQueryAt: NOW + 180_000,
    failureCode: null,
    failureMessage: null,
    succeededAt: null,
    createdAt: NOW + 120_000,
    updatedAt: NOW + 120_000,
    ...changes,
  };
}

/** The payment's first event. */
export function eventOf(changes: Partial<PositionedEvent> = {}): PositionedEvent {
  return {
    eventId: "E20261121080000000000000000001",
    type: "payment.succeeded",
    appId: "APP20261121080000000000000000001",
    paymentNo: "P20261121080000000000000000001",
    sequence: 1,
    position: 42,
    occurredAt: NOW + 60_000,
    data: {
      paymentNo: "P20261121080000000000000000001",
      orderNo: "order-1",
      attemptNo: "T20261121080000000000000000001",
      channelTradeNo: "4200000000000000000000000001",
      channel: "wechatpay",
      accountNo: "A20261121080000000000000000001",
      merchantNo: "M20261121080000000000000000001",
      status: "succeeded",
      amount: 1288,
      chargedAmount: 1,
      oneCent: true,
      currency: "CNY",
      paidAt: "2026-11-21T08:01:00.000+08:00",
      refundedAmount: 0,
      refund: null,
    },
    ...changes,
  };
}
