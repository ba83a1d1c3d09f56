import { randomBytes } from "node:crypto";
import {
  type Attempt,
  issueNumber,
  type NumberKind,
  type PayhubEvent,
  type Payment,
  type Refund,
} from "@payhub/domain";

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
  const payment: Payment = {
    paymentNo,
    appId: "app_1",
    merchantNo: newNumber("merchant"),
    orderNo: "order-1",
    subject: "茶",
    amount: 1288,
    chargedAmount: 1288,
    oneCent: false,
    currency: "CNY",
    status: "created",
    settledBy: null,
    closeRequestedAt: null,
    lastSequence: 0,
    refundedAmount: 0,
    initiatedAt: nowMs,
    closedAt: null,
    ...times,
    ...overrides,
  };
  const attempt: Attempt = {
    attemptNo,
    paymentNo,
    appId: "app_1",
    ordinal: 1,
    accountNo: newNumber("account"),
    channel: "wechatpay",
    scene: "qr",
    sceneInput: { scene: "qr" },
    chargedAmount: 1288,
    state: "awaiting_payer",
    unknown: false,
    action: { type: "show_qr", codeUrl: "weixin://wxpay/bizpayurl?pr=x", expiresAt: nowMs + 900_000 },
    channelTradeNo: null,
    notifyUrl: "https://pay.example.com/callbacks/wechatpay/acc",
    idempotencyKey: "key-00000001",
    requestDigest: {},
    calledUntil: 0,
    queryCount: 0,
    nextQueryAt: null,
    failureCode: null,
    failureMessage: null,
    ...times,
  };
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
