import type { ChargeOutcome, ChargeRequest, Declined } from "@payhub/channels";
import { type Attempt, nextQueryAt, type PayerAction, PayhubError } from "@payhub/domain";
import { findAttempt, moveAttempt, updateOpenAttempt } from "@payhub/store";
import type { ConnectedAccount } from "../account/connections.ts";
import type { ServiceContext } from "../context.ts";
import { failureFields } from "../failure.ts";

import { askChannel, takeReceipt } from "./ask.ts";
import { counterOf, nextAskAt } from "./at-counter.ts";

import { finishAttempt } from "./finish.ts";
import { type PaymentWithAttempt, readPayment } from "./get.ts";

/** The failure code of an attempt whose number the channel will not take again; it stays watched and is not initiated again. */
export const NUMBER_USED = "NUMBER_USED";

const RETRY_AFTER_MS = 1_000;

/**
 * Asks the channel to take the money of an attempt that this process has claimed and committed, and stores what the payer needs.
 * The same attempt gives the same request each time. Throws `CHANNEL_REJECTED`, `CHANNEL_UNAVAILABLE`, `OUTCOME_UNKNOWN`, or
 * `IN_PROGRESS` when the claim is too old to call.
 */
export async function chargeAttempt(
  ctx: ServiceContext,
  { payment, attempt }: PaymentWithAttempt,
  connected: ConnectedAccount,
): Promise<PaymentWithAttempt> {
  const { connection } = connected;
  // A process that was held up lets go: a call that outlives its claim would kill the code that another one got by now.
  if (ctx.clock.now() + ctx.settings.channelDeadlineMs > attempt.calledUntil) throw heldUp();
  const outcome = await connection.create(chargeRequest({ payment, attempt }));
  await ctx.fault("channel.answered");
  return takeOutcome(ctx, { payment, attempt }, { connected, outcome });
}

/** What the channel is asked for an attempt: the same each time. */
export function chargeRequest({ payment, attempt }: PaymentWithAttempt): ChargeRequest {
  if (attempt.sceneInput === null) throw new Error(`attempt ${attempt.attemptNo} has lost what its scene needs`);
  return {
    ...attempt.sceneInput,
    attemptNo: attempt.attemptNo,
    amount: attempt.chargedAmount,
    subject: payment.subject,
    createdAt: attempt.createdAt,
    expiresAt: attempt.expiresAt,
    notifyUrl: attempt.notifyUrl,
  };
}

async function takeOutcome(
  ctx: ServiceContext,
  state: PaymentWithAttempt,
  { connected, outcome }: { connected: ConnectedAccount; outcome: ChargeOutcome },
): Promise<PaymentWithAttempt> {
  const { payment, attempt } = state;
  switch (outcome.kind) {
    case "accepted":
      return awaitPayer(ctx, state, { action: outcome.action, unknown: false });
    case "pending":
      return awaitPayer(ctx, state, { action: { type: "wait" }, unknown: false });
    case "paid":
      await takeReceipt(ctx, attempt, connected, outcome.receipt);
      return readPayment(ctx.store.db, { paymentNo: payment.paymentNo });
    case "declined":
      return takeRefusal(ctx, state, outcome);
    case "unknown":
      ctx.log.warn({ attemptNo: attempt.attemptNo, reason: outcome.reason }, "the channel's answer is not known");
      // The payer stands at the counter: payhub asks by itself, and gives the sale up at the bound.
      if (counterOf(connected, attempt)) return awaitPayer(ctx, state, { action: { type: "wait" }, unknown: true });
      await release(ctx, attempt, { unknown: true });
      throw outcomeUnknown(attempt);
    case "unsent":
      ctx.log.warn({ attemptNo: attempt.attemptNo, reason: outcome.reason }, "the channel could not be reached");
      await release(ctx, attempt, { unknown: attempt.unknown });
      throw new PayhubError("CHANNEL_UNAVAILABLE", `${attempt.channel} cannot be reached; repeat with the same key`, {
        details: { channel: attempt.channel, attemptNo: attempt.attemptNo },
      });
  }
}

async function awaitPayer(
  ctx: ServiceContext,
  { payment, attempt }: PaymentWithAttempt,
  { action, unknown }: { action: PayerAction; unknown: boolean },
): Promise<PaymentWithAttempt> {
  const nowMs = ctx.clock.now();
  const set = {
    action,
    unknown,
    calledUntil: 0,
    queryCount: 0,
    nextQueryAt: await nextAskAt(ctx, attempt, { queryCount: 0, nowMs }),
    updatedAt: nowMs,
  };
  const moved = await moveAttempt(ctx.store.db, { attemptNo: attempt.attemptNo, to: "awaiting_payer", set });
  if (!moved) return readPayment(ctx.store.db, { paymentNo: payment.paymentNo });
  return { payment, attempt: { ...attempt, ...set, state: "awaiting_payer" } };
}

async function takeRefusal(
  ctx: ServiceContext,
  { payment, attempt }: PaymentWithAttempt,
  refusal: Declined,
): Promise<PaymentWithAttempt> {
  const { code, message } = refusal;
  switch (refusal.because) {
    case "already_paid":
    case "already_closed": {
      if ((await askChannel(ctx, attempt)) === "final")
        return readPayment(ctx.store.db, { paymentNo: payment.paymentNo });
      await release(ctx, attempt, { unknown: true });
      throw outcomeUnknown(attempt);
    }
    case "number_used":
      await release(ctx, attempt, {
        unknown: true,
        ...failureFields({ code: NUMBER_USED, message: `${code} ${message}` }),
      });
      throw channelRejected(attempt, { code, message });
    case "refused":
      // The channel knows this order from an earlier call: a refusal of the repeat says nothing about the order itself.
      if (attempt.unknown) {
        await release(ctx, attempt, { unknown: true });
        throw outcomeUnknown(attempt);
      }
      await finishAttempt(ctx, attempt.attemptNo, { to: "failed", code, message });
      throw channelRejected(attempt, { code, message });
  }
}

/** Lets the attempt go without a final word, to be asked about soon. `calledUntil` 0 says that nothing was sent. */
async function release(
  ctx: ServiceContext,
  attempt: Attempt,
  set: { unknown: boolean; failureCode?: string; failureMessage?: string },
): Promise<void> {
  const nowMs = ctx.clock.now();
  await updateOpenAttempt(ctx.store.db, attempt.attemptNo, {
    ...set,
    calledUntil: set.unknown ? nowMs : 0,
    queryCount: 0,
    nextQueryAt: nextQueryAt({ queryCount: 0, expiresAt: attempt.expiresAt, nowMs }, ctx.random),
    updatedAt: nowMs,
  });
}

function heldUp(): PayhubError {
  return new PayhubError(
    "IN_PROGRESS",
    "this call was held up before the channel was asked; repeat with the same key",
    {
      details: { retryAfterMs: RETRY_AFTER_MS },
    },
  );
}

/** The error for an attempt whose outcome at the channel is not known. */
function outcomeUnknown(attempt: Attempt): PayhubError {
  return new PayhubError(
    "OUTCOME_UNKNOWN",
    `it is not known whether ${attempt.channel} took this order; repeat with the same key, payhub then asks about the same number`,
    { details: { channel: attempt.channel, attemptNo: attempt.attemptNo } },
  );
}

/** The error for an attempt that the channel refused, in the channel's own words. */
export function channelRejected(attempt: Attempt, { code, message }: { code: string; message: string }): PayhubError {
  return new PayhubError("CHANNEL_REJECTED", `${attempt.channel} refused: ${code} ${message}`, {
    details: { channel: attempt.channel, channelCode: code, channelMessage: message, attemptNo: attempt.attemptNo },
  });
}

/** Takes up an attempt whose first call to the channel broke off: asks about its number first, and only then calls again. */
export async function resumeAttempt(
  ctx: ServiceContext,
  { payment, attempt }: PaymentWithAttempt,
  connected: ConnectedAccount,
): Promise<PaymentWithAttempt> {
  const maybeSent = attempt.unknown || attempt.calledUntil > 0;
  let known = false;
  if (maybeSent) {
    const answer = await askChannel(ctx, attempt);
    known = answer === "unpaid";
    if (answer === "final") return readPayment(ctx.store.db, { paymentNo: payment.paymentNo });
    if (answer === "unknown") {
      await release(ctx, attempt, { unknown: true });
      throw outcomeUnknown(attempt);
    }
  }
  const current = await findAttempt(ctx.store.db, attempt.attemptNo);
  return current?.state === "preparing"
    ? chargeAttempt(ctx, { payment, attempt: { ...current, unknown: known } }, connected)
    : readPayment(ctx.store.db, { paymentNo: payment.paymentNo });
}
