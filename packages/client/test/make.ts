import { randomBytes } from "node:crypto";
import {
  type Attempt,
  issueNumber,
  type NumberKind,
  type PayhubEvent,
  type Payment,
  type Refund,
} from "@payhub/domain";
import { attemptOf, paymentOf } from "@payhub/domain/test/books";

/** A number of payhub's. */
export function newNumber(kind: NumberKind): string {
  const random = { bytes: (size: number) => randomBytes(size), fraction: () => Math.random() };
  return issueNumber(kind, { clock: { now: () => Date.now() }, random });
}

/** A payment with its attempt, as the services would give it. */
export function makePayment(overrides: Partial<Payment> = {}): { payment: Payment; attempt: Attempt } {
  const nowMs = Date.now();
  const paymentNo = newNumber("payment");
  const attemptNo = newNumber("attempt");
  const times = { expiresAt: nowMs + 900_000, paidAt: null, createdAt: nowMs, updatedAt: nowMs };
  const appId = "app_1";
  const payment = paymentOf({
    paymentNo,
    appId,
    merchantNo: newNumber("merchant"),
    initiatedAt: nowMs,
    ...times,
    ...overrides,
  });
  const attempt = attemptOf({ attemptNo, paymentNo, appId, accountNo: newNumber("account"), ...times });
  return { payment, attempt };
}

/** A refund, as the services would give it. */
export function makeRefund(overrides: Partial<Refund> = {}): Refund {
  const nowMs = Date.now();
  return {
    refundNo: newNumber("refund"),
    purpose: "business",
    appId: "app_1",
    merchantNo: newNumber("merchant"),
    paymentNo: newNumber("payment"),
    attemptNo: newNumber("attempt"),
    accountNo: newNumber("account"),
    channel: "wechatpay",
    refundOrderNo: "return-1",
    amount: 300,
    chargedAmount: 300,
    reason: "退款",
    status: "created",
    unknown: false,
    abnormal: false,
    channelRefundNo: null,
    notifyUrl: "https://pay.example.com/callbacks/wechatpay/acc/refunds",
    idempotencyKey: "key-00000001",
    requestDigest: {},
    calledUntil: 0,
    sentAt: null,
    queryCount: 0,
    nextQueryAt: null,
    failureCode: null,
    failureMessage: null,
    succeededAt: null,
    createdAt: nowMs,
    updatedAt: nowMs,
    ...overrides,
  };
}

/** An event of a payment at a place in the log. */
export function makeEvent(
  paymentNo: string,
  sequence: number,
  position = sequence,
): PayhubEvent & { position: number } {
  const { payment } = makePayment();
  return {
    eventId: newNumber("event"),
    type: "payment.succeeded",
    appId: "app_1",
    paymentNo,
    sequence,
    position,
    occurredAt: Date.now(),
    data: {
      paymentNo,
      orderNo: payment.orderNo,
      attemptNo: null,
      channelTradeNo: null,
      channel: null,
      accountNo: null,
      merchantNo: payment.merchantNo,
      status: "succeeded",
      amount: 1288,
      chargedAmount: 1288,
      oneCent: false,
      currency: "CNY",
      paidAt: null,
      refundedAmount: 0,
      refund: null,
    },
  };
}
