import type { Attempt, Payment } from "@payhub/domain";
import { issueNumber } from "@payhub/domain";
import type { ServiceContext } from "@payhub/services";
import type { SeededOrder } from "../seeded-order.ts";
import type { OpenedShop } from "./open-shop.ts";

const ROWS = 250;
const LIFE_MS = 60 * 60_000;

/** Stores payments whose attempts wait for their payers. */
export async function seedPayments(
  ctx: ServiceContext,
  shop: OpenedShop,
  orders: readonly SeededOrder[],
): Promise<void> {
  for (let from = 0; from < orders.length; from += ROWS) {
    const made = orders.slice(from, from + ROWS).map((order) => makePayment(ctx, shop, order));
    await ctx.store.transaction(async (tx) => {
      await tx
        .insertInto("payment")
        .values(made.map(({ payment }) => payment))
        .execute();
      await tx
        .insertInto("attempt")
        .values(made.map(({ attempt }) => attempt))
        .execute();
    });
  }
}

function makePayment(
  ctx: ServiceContext,
  { appId, merchantNo, accountNo }: OpenedShop,
  { attemptNo, amount }: SeededOrder,
): { payment: Payment; attempt: Attempt } {
  const nowMs = ctx.clock.now();
  const times = { expiresAt: nowMs + LIFE_MS, paidAt: null, createdAt: nowMs, updatedAt: nowMs };
  const payment: Payment = {
    paymentNo: issueNumber("payment", ctx),
    appId,
    merchantNo,
    orderNo: `order-${attemptNo}`,
    subject: "两杯咖啡",
    amount,
    chargedAmount: amount,
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
  };
  const attempt: Attempt = {
    attemptNo,
    paymentNo: payment.paymentNo,
    appId,
    ordinal: 1,
    accountNo,
    channel: "wechatpay",
    scene: "qr",
    sceneInput: { scene: "qr" },
    chargedAmount: amount,
    state: "awaiting_payer",
    unknown: false,
    action: { type: "show_qr", codeUrl: "weixin://wxpay/bizpayurl?pr=p4lpSuKzz", expiresAt: times.expiresAt },
    channelTradeNo: null,
    notifyUrl: `${ctx.settings.publicUrl}/callbacks/wechatpay/${accountNo}`,
    idempotencyKey: attemptNo,
    requestDigest: {},
    calledUntil: 0,
    queryCount: 0,
    nextQueryAt: times.expiresAt,
    failureCode: null,
    failureMessage: null,
    ...times,
  };
  return { payment, attempt };
}
