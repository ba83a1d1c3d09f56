import type { Receipt } from "../src/charge.ts";
import type { Difference } from "../src/difference.ts";
import type { Attempt, Payment } from "../src/payment.ts";
import type { DayTotal, ReconciliationRun } from "../src/reconciliation.ts";

/** 2026-11-21T08:00:00+08:00. */
export const NOW = Date.UTC(2026, 10, 21);

/** An open payment of ¥12.88 made {@link NOW}. */
export function paymentOf(changes: Partial<Payment> = {}): Payment {
  return {
    paymentNo: "P20261121080000000000000000001",
    appId: "APP20261121080000000000000000001",
    merchantNo: "M20261121080000000000000000001",
    orderNo: "order-1",
    subject: "coffee",
    amount: 1288,
    chargedAmount: 1288,
    oneCent: false,
    currency: "CNY",
    status: "created",
    settledBy: null,
    closeRequestedAt: null,
    lastSequence: 0,
    refundedAmount: 0,
    initiatedAt: NOW,
    expiresAt: NOW + 900_000,
    paidAt: null,
    closedAt: null,
    createdAt: NOW,
    updatedAt: NOW,
    ...changes,
  };
}

/** Its first attempt, a WeChat Pay code that waits for the payer. */
export function attemptOf(changes: Partial<Attempt> = {}): Attempt {
  return {
    attemptNo: "T20261121080000000000000000001",
    paymentNo: "P20261121080000000000000000001",
    appId: "APP20261121080000000000000000001",
    ordinal: 1,
    accountNo: "A20261121080000000000000000001",
    channel: "wechatpay",
    scene: "qr",
    sceneInput: { scene: "qr" },
    chargedAmount: 1288,
    state: "awaiting_payer",
    unknown: false,
    action: { type: "show_qr", codeUrl: "weixin://wxpay/bizpayurl?pr=1", expiresAt: NOW + 900_000 },
    channelTradeNo: null,
    notifyUrl: "https://pay.example.com/callbacks/wechatpay/A1",
    idempotencyKey: "key-00000001",
    requestDigest: {},
    calledUntil: 0,
    queryCount: 0,
    nextQueryAt: null,
    failureCode: null,
    failureMessage: null,
    expiresAt: NOW + 900_000,
    paidAt: null,
    createdAt: NOW,
    updatedAt: NOW,
    ...changes,
  };
}

/** The channel's word that the attempt was paid. */
export function receiptOf(changes: Partial<Receipt> = {}): Receipt {
  return {
    outTradeNo: "T20261121080000000000000000001",
    channelTradeNo: "4200000000000000000000000001",
    amount: 1288,
    currency: "CNY",
    paidAt: NOW + 60_000,
    payee: { mchid: "1900000001", appid: "wx0000000000000001" },
    ...changes,
  };
}

/** A difference of its day: the bill says ¥12.00 of ¥12.88. */
export function differenceOf(changes: Partial<Difference> = {}): Difference {
  return {
    differenceNo: "D20261121080000000000000000001",
    accountNo: "A20261121080000000000000000001",
    merchantNo: "M20261121080000000000000000001",
    channel: "wechatpay",
    businessDay: "2026-11-20",
    fingerprint: "0".repeat(64),
    differenceClass: "amount_mismatch",
    cause: "books_wrong",
    proposedFix: "check_by_hand",
    differenceState: "open",
    appId: "APP20261121080000000000000000001",
    paymentNo: "P20261121080000000000000000001",
    outTradeNo: "T20261121080000000000000000001",
    channelTradeNo: "4200000000000000000000000001",
    outRefundNo: null,
    delta: -88,
    billLine: {
      lineNo: 7,
      kind: "payment",
      outTradeNo: "T20261121080000000000000000001",
      channelTradeNo: "4200000000000000000000000001",
      outRefundNo: null,
      channelRefundNo: null,
      amount: 1200,
      fee: 7,
      status: "succeeded",
      occurredAt: NOW + 60_000,
    },
    bookSide: {
      kind: "payment",
      number: "T20261121080000000000000000001",
      channelTradeNo: "4200000000000000000000000001",
      amount: 1288,
      chargedAmount: 1288,
      status: "succeeded",
      occurredAt: null,
    },
    facts: null,
    assignee: null,
    pendingFix: null,
    pendingBy: null,
    endedBy: null,
    endedAt: null,
    createdAt: NOW,
    updatedAt: NOW,
    ...changes,
  };
}

/** What one app's day came to: one payment of ¥12.88 on both sides, with a fee of 8 fen. */
export function dayTotalOf(changes: Partial<DayTotal> = {}): DayTotal {
  return {
    accountNo: "A20261121080000000000000000001",
    merchantNo: "M20261121080000000000000000001",
    channel: "wechatpay",
    businessDay: "2026-11-20",
    appId: "APP20261121080000000000000000001",
    bookPaymentCount: 1,
    bookPaymentAmount: 1288,
    bookRefundCount: 0,
    bookRefundAmount: 0,
    billPaymentCount: 1,
    billPaymentAmount: 1288,
    billRefundCount: 0,
    billRefundAmount: 0,
    billFee: 8,
    matchedCount: 1,
    createdAt: NOW,
    updatedAt: NOW,
    ...changes,
  };
}

/** A run that is done. */
export function runOf(changes: Partial<ReconciliationRun> = {}): ReconciliationRun {
  return {
    runNo: "RN20261121080000000000000000001",
    accountNo: "A20261121080000000000000000001",
    merchantNo: "M20261121080000000000000000001",
    channel: "wechatpay",
    businessDay: "2026-11-20",
    runState: "done",
    stage: "report",
    linesRead: 2,
    compared: 3,
    tradeBill: "a".repeat(64),
    fundFlowBill: null,
    requestedBy: "payhub",
    tryCount: 1,
    nextTryAt: null,
    failure: null,
    finishedAt: NOW,
    createdAt: NOW,
    updatedAt: NOW,
    ...changes,
  };
}
