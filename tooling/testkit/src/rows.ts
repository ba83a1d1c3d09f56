import type { Attempt, Payment } from "@payhub/domain";

/** A payment's row, `created` and payable, with what a test wants otherwise. */
export function paymentRow(own: Partial<Payment> = {}): Payment {
  const at = own.createdAt ?? Date.UTC(2026, 10, 21);
  return {
    paymentNo: "P20261121080000000000000000001",
    appId: "APP1",
    merchantNo: "M1",
    orderNo: "order-1",
    subject: "苹果 2 kg",
    amount: 1288,
    chargedAmount: 1288,
    oneCent: false,
    currency: "CNY",
    status: "created",
    settledBy: null,
    closeRequestedAt: null,
    lastSequence: 0,
    refundedAmount: 0,
    initiatedAt: at,
    expiresAt: at + 900_000,
    paidAt: null,
    closedAt: null,
    createdAt: at,
    updatedAt: at,
    ...own,
  };
}

/** An attempt's row, waiting for the payer, with what a test wants otherwise. */
export function attemptRow(own: Partial<Attempt> = {}): Attempt {
  const at = own.createdAt ?? Date.UTC(2026, 10, 21);
  return {
    attemptNo: "T20261121080000000000000000001",
    paymentNo: "P20261121080000000000000000001",
    appId: "APP1",
    ordinal: 1,
    accountNo: "A1",
    channel: "wechatpay",
    scene: "qr",
    sceneInput: { scene: "qr" },
    chargedAmount: 1288,
    state: "awaiting_payer",
    unknown: false,
    action: { type: "show_qr", codeUrl: "weixin://wxpay/bizpayurl?pr=1", expiresAt: at + 900_000 },
    channelTradeNo: null,
    notifyUrl: "https://payhub.example/callbacks/wechatpay/A1",
    idempotencyKey: "key-1",
    requestDigest: { amount: "1" },
    calledUntil: 0,
    queryCount: 0,
    nextQueryAt: null,
    failureCode: null,
    failureMessage: null,
    expiresAt: at + 900_000,
    paidAt: null,
    createdAt: at,
    updatedAt: at,
    ...own,
  };
}
