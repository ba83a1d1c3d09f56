import { type Attempt, canReuseAttempt, initiationWaitMs, isSameAsk, PayhubError, type Payment } from "@payhub/domain";
import { claimAttempt, findApp, findAttemptByKey, findAttempts, findPayment, updateOpenAttempt } from "@payhub/store";
import type { ServiceContext } from "../context.ts";
import { refuseReuse } from "../idempotency/once.ts";
import { paymentTopic } from "./announce.ts";
import { channelRejected, chargeAttempt, NUMBER_USED, resumeAttempt } from "./charge.ts";
import { claimMs } from "./claim.ts";
import { isLive } from "./finish.ts";
import { type PaymentWithAttempt, readPayment, speakingAttempt } from "./get.ts";
import { giveUpAttempt } from "./give-up.ts";
import { type Initiation, openNextAttempt } from "./open.ts";
import { handOutAgain } from "./refresh-action.ts";

const ROUNDS_AT_MOST = 100;
const LOOK_AGAIN_MS = 200;
const RETRY_AFTER_MS = 1_000;

type Step = { kind: "answer"; state: PaymentWithAttempt } | { kind: "wait" } | { kind: "look_again" };

/**
 * Initiates an order that is known already, or whose idempotency key is: answers a repeat, takes up what broke off, hands out the
 * live attempt, or ends it and starts another. Looks again whenever another process was faster, within the bound of a replay.
 */
export async function initiateAgain(ctx: ServiceContext, initiation: Initiation): Promise<PaymentWithAttempt> {
  const deadline = performance.now() + ctx.settings.replayWaitMs;
  for (let round = 0; round < ROUNDS_AT_MOST; round++) {
    const payment = await findKnownPayment(ctx, initiation);
    const step = await nextStep(ctx, initiation, payment);
    if (step.kind === "answer") return step.state;
    if (performance.now() >= deadline) break;
    if (step.kind === "wait") await waitForChange(ctx, payment.paymentNo);
  }
  throw inProgress("this order is being initiated by another call", RETRY_AFTER_MS);
}

/** The payment of this order; refuses when the key belongs to another request, or the order to another amount or merchant. */
async function findKnownPayment(
  ctx: ServiceContext,
  { caller, order, connected, digest }: Initiation,
): Promise<Payment> {
  const { db } = ctx.store;
  const ofKey = await findAttemptByKey(db, caller.appId, order.idempotencyKey);
  if (ofKey) refuseReuse({ digest }, ofKey.requestDigest);
  const payment = await findPayment(db, { appId: caller.appId, orderNo: order.orderNo });
  if (!payment) throw new Error("a known order has no payment");
  const { orderNo } = order;
  const { paymentNo, amount, merchantNo } = payment;
  if (amount !== order.amount) {
    throw new PayhubError(
      "ORDER_CONFLICT",
      `order ${orderNo} was made with amount ${amount}, not ${order.amount}; an order keeps its amount`,
      { details: { orderNo, paymentNo, amount, askedAmount: order.amount } },
    );
  }
  if (merchantNo !== connected.account.merchantNo) {
    throw new PayhubError(
      "ORDER_CONFLICT",
      `order ${orderNo} is for merchant ${merchantNo}; account ${order.accountNo} belongs to another one`,
      { details: { orderNo, paymentNo, merchantNo } },
    );
  }
  return payment;
}

async function nextStep(ctx: ServiceContext, initiation: Initiation, payment: Payment): Promise<Step> {
  const { order } = initiation;
  const attempts = await findAttempts(ctx.store.db, [payment.paymentNo]);
  const answer = (attempt: Attempt): Step => ({ kind: "answer", state: { payment, attempt } });
  const own = attempts.find(({ idempotencyKey }) => idempotencyKey === order.idempotencyKey);
  if (own?.state === "failed") throw channelRejected(own, failureOf(own));
  if (own && own.state !== "preparing") return answer(payment.settledBy ? speakingAttempt(payment, attempts) : own);
  if (payment.status === "succeeded") return answer(speakingAttempt(payment, attempts));
  if (payment.status !== "created" || payment.closeRequestedAt !== null) throw alreadyClosed(payment);
  if (own) return takeUp(ctx, initiation, { payment, attempt: own });
  const reusable = attempts.find((attempt) => canReuseAttempt(attempt, order, ctx.clock.now()));
  if (reusable) {
    const state = await handOutAgain(ctx, { payment, attempt: reusable }, initiation.connected);
    return state ? { kind: "answer", state } : { kind: "wait" };
  }
  const preparing = attempts.find(
    (attempt) => attempt.state === "preparing" && isSameAsk(attempt, order) && attempt.failureCode === null,
  );
  if (preparing) return takeUp(ctx, initiation, { payment, attempt: preparing });
  return replaceAttempts(ctx, initiation, payment, attempts);
}

/** Goes on with an attempt whose call to the channel is running elsewhere or broke off. */
async function takeUp(ctx: ServiceContext, { connected }: Initiation, state: PaymentWithAttempt): Promise<Step> {
  const { attempt } = state;
  if (attempt.failureCode === NUMBER_USED) throw channelRejected(attempt, failureOf(attempt));
  const nowMs = ctx.clock.now();
  const claim = { attemptNo: attempt.attemptNo, nowMs, untilMs: nowMs + claimMs(ctx, "resume"), seen: attempt };
  if (!(await claimAttempt(ctx.store.db, claim))) return { kind: "wait" };
  return { kind: "answer", state: await resumeAttempt(ctx, state, connected) };
}

/** Ends the live attempts where their channels can, then starts a new one; one that cannot be ended stays watched and the order waits its gap. */
async function replaceAttempts(
  ctx: ServiceContext,
  initiation: Initiation,
  payment: Payment,
  attempts: Attempt[],
): Promise<Step> {
  const { paymentNo } = payment;
  let watched = 0;
  let busy = 0;
  for (const attempt of attempts.filter(isLive)) {
    const nowMs = ctx.clock.now();
    const claim = { attemptNo: attempt.attemptNo, nowMs, untilMs: nowMs + claimMs(ctx, "give_up"), seen: attempt };
    if (!(await claimAttempt(ctx.store.db, claim))) busy++;
    else if ((await giveUpAttempt(ctx, attempt)) !== "final") {
      watched++;
      await releaseClaim(ctx, attempt);
    }
  }
  const now = await readPayment(ctx.store.db, { paymentNo });
  if (now.payment.status !== "created") return { kind: "look_again" };
  if (watched + busy > 0) {
    const app = await findApp(ctx.store.db, initiation.caller.appId);
    if (!app) throw new Error(`app ${initiation.caller.appId} is missing`);
    const waitMs = initiationWaitMs(now.payment, app.initiationGapMs, ctx.clock.now());
    if (waitMs > 0)
      throw inProgress("the last attempt of this order cannot be closed yet; initiate it again later", waitMs);
  }
  // Another process is asking the channel just now: its answer comes first.
  if (busy > 0) return { kind: "wait" };
  const opened = await openNextAttempt(ctx, initiation, { paymentNo, seen: attempts.length });
  if (!opened) return { kind: "look_again" };
  await ctx.fault("payment.committed");
  return { kind: "answer", state: await chargeAttempt(ctx, opened, initiation.connected) };
}

async function releaseClaim(ctx: ServiceContext, { attemptNo }: Attempt): Promise<void> {
  const nowMs = ctx.clock.now();
  await updateOpenAttempt(ctx.store.db, attemptNo, { calledUntil: nowMs, updatedAt: nowMs });
}

async function waitForChange(ctx: ServiceContext, paymentNo: string): Promise<void> {
  const listener = ctx.coordination.wakeUps.listen(paymentTopic(paymentNo));
  try {
    await listener.next(LOOK_AGAIN_MS);
  } finally {
    listener.close();
  }
}

function failureOf(attempt: Attempt): { code: string; message: string } {
  return { code: attempt.failureCode ?? "UNKNOWN", message: attempt.failureMessage ?? "" };
}

function alreadyClosed(payment: Payment): PayhubError {
  const why = payment.status === "created" ? "is being closed" : `is ${payment.status}`;
  return new PayhubError("ALREADY_CLOSED", `order ${payment.orderNo} ${why}; use a new order number`, {
    details: { paymentNo: payment.paymentNo, status: payment.status },
  });
}

function inProgress(message: string, retryAfterMs: number): PayhubError {
  return new PayhubError("IN_PROGRESS", message, { details: { retryAfterMs } });
}
