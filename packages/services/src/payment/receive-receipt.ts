import {
  type Attempt,
  type HeldReceipt,
  type HoldReason,
  issueNumber,
  type Payment,
  type Receipt,
  settle,
} from "@payhub/domain";
import {
  type Db,
  hurryAttempts,
  insertHeldReceipt,
  isDuplicateKey,
  lockAttempt,
  lockPayment,
  markApplied,
  moveAttempt,
  movePayment,
} from "@payhub/store";
import type { AlertKind, ServiceContext } from "../context.ts";
import { writePaymentEvent } from "../event/write.ts";
import { announce } from "./announce.ts";

/** A receipt with the account on whose line it came, and the notification that brought it. */
export interface ReceivedReceipt {
  accountNo: string;
  channel: string;
  /** Who that account is at its channel. */
  payee: Readonly<Record<string, string>>;
  receipt: Receipt;
  notification?: { channel: string; notificationId: string };
}

type Effect =
  | { kind: "settled"; payment: Payment }
  | { kind: "known" }
  | { kind: "held"; reason: HoldReason; isNew: boolean; payment: Payment | undefined };

const ALERT_OF_REASON = {
  late: "late_payment",
  duplicate: "duplicate_payment",
  amount_mismatch: "amount_mismatch",
  payee_mismatch: "payee_mismatch",
  unknown_order: "unknown_order",
} as const satisfies Record<HoldReason, AlertKind>;

/**
 * Brings a verified receipt into the books, whatever path it came by: moves attempt and payment and writes the event in one
 * transaction, or holds the money. Doing it again changes nothing.
 */
export async function receiveReceipt(ctx: ServiceContext, received: ReceivedReceipt): Promise<Effect["kind"]> {
  const effect = await bringIn(ctx, received);
  await ctx.fault("event.committed");
  if (effect.kind === "held" && effect.isNew) {
    const { receipt, accountNo, channel } = received;
    ctx.alert(ALERT_OF_REASON[effect.reason], {
      channel,
      accountNo,
      outTradeNo: receipt.outTradeNo,
      channelTradeNo: receipt.channelTradeNo,
      amount: receipt.amount,
      paymentNo: effect.payment?.paymentNo,
    });
  }
  if (effect.kind === "settled") announce(ctx, effect.payment);
  return effect.kind;
}

async function bringIn(ctx: ServiceContext, received: ReceivedReceipt): Promise<Effect> {
  const inTransaction = (apply: (tx: Db) => Promise<Effect>) =>
    ctx.store.transaction(async (tx) => {
      const done = await apply(tx);
      if (received.notification) await markApplied(tx, received.notification, ctx.clock.now());
      return done;
    });
  try {
    return await inTransaction((tx) => applyReceipt(ctx, tx, received));
  } catch (error) {
    // The channel gave one number to two orders: the money counts once.
    if (!isDuplicateKey(error, "attempt_channel_trade_no")) throw error;
    return inTransaction((tx) => hold(ctx, tx, received, "duplicate", undefined));
  }
}

async function applyReceipt(ctx: ServiceContext, tx: Db, received: ReceivedReceipt): Promise<Effect> {
  const { receipt } = received;
  const { dialect } = ctx.store;
  const attempt = await lockAttempt(tx, receipt.outTradeNo, dialect);
  if (attempt?.accountNo !== received.accountNo) return hold(ctx, tx, received, "unknown_order", undefined);
  const payment = await lockPayment(tx, { paymentNo: attempt.paymentNo }, dialect);
  if (!payment) throw new Error(`attempt ${attempt.attemptNo} has no payment`);
  const settlement = settle(receipt, { payment, attempt, payee: received.payee });
  switch (settlement.kind) {
    case "known":
      return { kind: "known" };
    case "hold":
      if (settlement.attemptSucceeds) await succeedAttempt(ctx, tx, attempt, receipt);
      return hold(ctx, tx, received, settlement.reason, payment);
    case "settle":
      return { kind: "settled", payment: await settlePayment(ctx, tx, { payment, attempt, receipt }) };
  }
}

async function settlePayment(
  ctx: ServiceContext,
  tx: Db,
  { payment, attempt, receipt }: { payment: Payment; attempt: Attempt; receipt: Receipt },
): Promise<Payment> {
  const paid = await succeedAttempt(ctx, tx, attempt, receipt);
  const set = {
    settledBy: attempt.attemptNo,
    paidAt: receipt.paidAt,
    lastSequence: payment.lastSequence + 1,
    updatedAt: ctx.clock.now(),
  };
  const moved = await movePayment(tx, { paymentNo: payment.paymentNo, to: "succeeded", set });
  if (!moved) throw new Error(`payment ${payment.paymentNo} moved under its lock`);
  const succeeded = { ...payment, ...set, status: "succeeded" as const };
  await writePaymentEvent(ctx, tx, { payment: succeeded, attempt: paid });
  // Attempts at other channels are to be closed at once, before they are paid too.
  if (payment.initiatedAt > payment.createdAt) await hurryAttempts(tx, payment.paymentNo, set.updatedAt);
  return succeeded;
}

async function succeedAttempt(ctx: ServiceContext, tx: Db, attempt: Attempt, receipt: Receipt): Promise<Attempt> {
  const set = {
    channelTradeNo: receipt.channelTradeNo,
    paidAt: receipt.paidAt,
    unknown: false,
    calledUntil: 0,
    nextQueryAt: null,
    sceneInput: null,
    updatedAt: ctx.clock.now(),
  };
  const moved = await moveAttempt(tx, { attemptNo: attempt.attemptNo, to: "succeeded", set });
  if (!moved) throw new Error(`attempt ${attempt.attemptNo} moved under its lock`);
  return { ...attempt, ...set, state: "succeeded" };
}

async function hold(
  ctx: ServiceContext,
  tx: Db,
  { receipt, channel, accountNo }: ReceivedReceipt,
  reason: HoldReason,
  payment: Payment | undefined,
): Promise<Effect> {
  const nowMs = ctx.clock.now();
  const held: HeldReceipt = {
    heldReceiptNo: issueNumber("heldReceipt", ctx),
    channel,
    accountNo,
    outTradeNo: receipt.outTradeNo,
    channelTradeNo: receipt.channelTradeNo,
    amount: receipt.amount,
    reason,
    status: "held",
    refundNo: null,
    appId: payment?.appId ?? null,
    paymentNo: payment?.paymentNo ?? null,
    paidAt: receipt.paidAt,
    createdAt: nowMs,
    updatedAt: nowMs,
  };
  return { kind: "held", reason, isNew: await insertHeldReceipt(tx, held), payment };
}
