import {
  type Attempt,
  type HeldReceipt,
  type HoldReason,
  issueNumber,
  type PayhubEvent,
  type Payment,
  type Receipt,
  settle,
} from "@payhub/domain";
import {
  type Db,
  hurryAttempts,
  insertEvents,
  insertHeldReceipt,
  isDuplicateKey,
  lockAttempts,
  lockPayments,
  markApplied,
  moveAttempt,
  movePayment,
} from "@payhub/store";
import type { AlertKind, ServiceContext } from "../context.ts";
import { paymentEvent } from "../event/of-move.ts";
import { createGroup, type Group } from "../group.ts";
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
  const effect = await groupOf(ctx)(received);
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

const GROUP = { atOnce: 2, limit: 32 };
const groups = new WeakMap<ServiceContext, Group<ReceivedReceipt, Effect>>();

/** Brings receipts that arrive together into the books in one transaction. */
function groupOf(ctx: ServiceContext): Group<ReceivedReceipt, Effect> {
  let group = groups.get(ctx);
  if (!group) {
    group = createGroup((receipts) => bringIn(ctx, receipts), GROUP);
    groups.set(ctx, group);
  }
  return group;
}

async function bringIn(ctx: ServiceContext, receipts: readonly ReceivedReceipt[]): Promise<Effect[]> {
  try {
    return await ctx.store.transaction((tx) => applyReceipts(ctx, tx, receipts));
  } catch (error) {
    const [received] = receipts;
    if (!received || receipts.length > 1 || !isDuplicateKey(error, "attempt_channel_trade_no")) throw error;
    // The channel gave one number to two orders: the money counts once.
    return ctx.store.transaction(async (tx) => {
      const effect = await hold(ctx, tx, received, "duplicate", undefined);
      await markNotifications(ctx, tx, receipts);
      return [effect];
    });
  }
}

/** The rows that a transaction holds, as its own moves have left them, and the events that it will write. */
interface Books {
  attempts: Map<string, Attempt>;
  payments: Map<string, Payment>;
  events: PayhubEvent[];
}

async function applyReceipts(ctx: ServiceContext, tx: Db, receipts: readonly ReceivedReceipt[]): Promise<Effect[]> {
  const { dialect } = ctx.store;
  const attemptNos = [...new Set(receipts.map(({ receipt }) => receipt.outTradeNo))];
  const attempts = await lockAttempts(tx, attemptNos, dialect);
  const paymentNos = [...new Set(attempts.map(({ paymentNo }) => paymentNo))];
  const payments = await lockPayments(tx, paymentNos, dialect);
  const books: Books = {
    attempts: new Map(attempts.map((attempt) => [attempt.attemptNo, attempt])),
    payments: new Map(payments.map((payment) => [payment.paymentNo, payment])),
    events: [],
  };
  const effects: Effect[] = [];
  for (const received of receipts) effects.push(await applyReceipt(ctx, tx, received, books));
  await insertEvents(tx, books.events);
  await markNotifications(ctx, tx, receipts);
  return effects;
}

async function markNotifications(ctx: ServiceContext, tx: Db, receipts: readonly ReceivedReceipt[]): Promise<void> {
  const notifications = receipts.flatMap(({ notification }) => notification ?? []);
  await markApplied(tx, notifications, ctx.clock.now());
}

async function applyReceipt(ctx: ServiceContext, tx: Db, received: ReceivedReceipt, books: Books): Promise<Effect> {
  const { receipt } = received;
  const attempt = books.attempts.get(receipt.outTradeNo);
  if (attempt?.accountNo !== received.accountNo) return hold(ctx, tx, received, "unknown_order", undefined);
  const payment = books.payments.get(attempt.paymentNo);
  if (!payment) throw new Error(`attempt ${attempt.attemptNo} has no payment`);
  const settlement = settle(receipt, { payment, attempt, payee: received.payee });
  switch (settlement.kind) {
    case "known":
      return { kind: "known" };
    case "hold":
      if (settlement.attemptSucceeds) await succeedAttempt(ctx, tx, { attempt, receipt, books });
      return hold(ctx, tx, received, settlement.reason, payment);
    case "settle":
      return { kind: "settled", payment: await settlePayment(ctx, tx, { payment, attempt, receipt, books }) };
  }
}

async function settlePayment(
  ctx: ServiceContext,
  tx: Db,
  { payment, attempt, receipt, books }: { payment: Payment; attempt: Attempt; receipt: Receipt; books: Books },
): Promise<Payment> {
  const paid = await succeedAttempt(ctx, tx, { attempt, receipt, books });
  const set = {
    settledBy: attempt.attemptNo,
    paidAt: receipt.paidAt,
    lastSequence: payment.lastSequence + 1,
    updatedAt: ctx.clock.now(),
  };
  const moved = await movePayment(tx, { paymentNo: payment.paymentNo, to: "succeeded", set });
  if (!moved) throw new Error(`payment ${payment.paymentNo} moved under its lock`);
  const succeeded = { ...payment, ...set, status: "succeeded" as const };
  books.payments.set(payment.paymentNo, succeeded);
  books.events.push(paymentEvent(ctx, { payment: succeeded, attempt: paid }));
  // Attempts at other channels are to be closed at once, before they are paid too.
  if (payment.initiatedAt > payment.createdAt) await hurryAttempts(tx, payment.paymentNo, set.updatedAt);
  return succeeded;
}

async function succeedAttempt(
  ctx: ServiceContext,
  tx: Db,
  { attempt, receipt, books }: { attempt: Attempt; receipt: Receipt; books: Books },
): Promise<Attempt> {
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
  const paid: Attempt = { ...attempt, ...set, state: "succeeded" };
  books.attempts.set(attempt.attemptNo, paid);
  return paid;
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
