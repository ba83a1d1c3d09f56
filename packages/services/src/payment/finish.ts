import type { Attempt, Payment } from "@payhub/domain";
import { type Db, findAttempts, insertEvents, lockAttempt, lockPayment, moveAttempt, movePayment } from "@payhub/store";
import type { ServiceContext } from "../context.ts";
import { paymentEvent } from "../event/of-move.ts";
import { failureFields } from "../failure.ts";
import { announce } from "./announce.ts";

/** How an attempt ended without money. */
export type Ending = { to: "closed" } | { to: "failed"; code: string; message: string };

/** Whether an attempt has no final word yet. */
export function isLive(attempt: Pick<Attempt, "state">): boolean {
  return attempt.state === "preparing" || attempt.state === "awaiting_payer";
}

/**
 * Ends an attempt that the channel says no money can come from any more, and ends its payment when that was the last live
 * attempt and the payment was asked to close or has expired. Does nothing to an attempt that has its final word.
 */
export async function finishAttempt(ctx: ServiceContext, attemptNo: string, ending: Ending): Promise<void> {
  const changed = await ctx.store.transaction(async (tx) => {
    const attempt = await lockAttempt(tx, attemptNo, ctx.store.dialect);
    if (!attempt || !isLive(attempt)) return undefined;
    const payment = await lockPayment(tx, { paymentNo: attempt.paymentNo }, ctx.store.dialect);
    if (!payment) throw new Error(`attempt ${attemptNo} has no payment`);
    await moveAttempt(tx, {
      attemptNo,
      to: ending.to,
      set: {
        ...(ending.to === "failed" && failureFields(ending)),
        unknown: false,
        calledUntil: 0,
        nextQueryAt: null,
        sceneInput: null,
        updatedAt: ctx.clock.now(),
      },
    });
    await closeWhenOver(ctx, tx, payment);
    return payment;
  });
  if (changed) announce(ctx, changed);
}

/** Ends a payment that has no live attempt left and was asked to close or has expired: closed, or failed when its last attempt was. */
export async function finishPayment(ctx: ServiceContext, paymentNo: string): Promise<void> {
  const closed = await ctx.store.transaction(async (tx) => {
    const payment = await lockPayment(tx, { paymentNo }, ctx.store.dialect);
    return payment && (await closeWhenOver(ctx, tx, payment)) ? payment : undefined;
  });
  if (closed) announce(ctx, closed);
}

async function closeWhenOver(ctx: ServiceContext, tx: Db, payment: Payment): Promise<boolean> {
  const nowMs = ctx.clock.now();
  if (payment.status !== "created") return false;
  if (payment.closeRequestedAt === null && nowMs < payment.expiresAt) return false;
  // Every final move of an attempt is made under this payment's lock, so this read sees them all.
  const attempts = await findAttempts(tx, [payment.paymentNo]);
  if (attempts.some(isLive)) return false;
  const attempt = attempts.at(-1);
  // Nobody gave it up: its last word was the channel's or the bank's refusal.
  const status = payment.closeRequestedAt === null && attempt?.state === "failed" ? "failed" : "closed";
  const set = {
    closedAt: status === "closed" ? nowMs : null,
    lastSequence: payment.lastSequence + 1,
    updatedAt: nowMs,
  };
  const moved = await movePayment(tx, { paymentNo: payment.paymentNo, to: status, set });
  if (!moved) throw new Error(`payment ${payment.paymentNo} moved under its lock`);
  await insertEvents(tx, [paymentEvent(ctx, { payment: { ...payment, ...set, status }, attempt })]);
  return true;
}
