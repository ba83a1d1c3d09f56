import { PayhubError, type Payment } from "@payhub/domain";
import { claimAttempt, findAttempts, updateOpenAttempt, updateOpenPayment } from "@payhub/store";
import type { Caller, ServiceContext } from "../context.ts";
import { digestRequest } from "../idempotency/digest.ts";
import { once } from "../idempotency/once.ts";
import { announce } from "./announce.ts";
import { claimMs } from "./claim.ts";
import { finishPayment, isLive } from "./finish.ts";
import { findOwnPayment, type PaymentRef, type PaymentWithAttempt, readPayment } from "./get.ts";
import { giveUpAttempt } from "./give-up.ts";

/**
 * Closes a payment that the business gives up. It stays `created` with `closeRequestedAt` set where a channel cannot confirm yet
 * that no money can move; it is asked again until it can. Refuses with `ALREADY_PAID` when money has moved.
 */
export async function closePayment(
  ctx: ServiceContext,
  caller: Caller,
  input: PaymentRef & { idempotencyKey: string },
): Promise<PaymentWithAttempt & { replayed: boolean }> {
  const { idempotencyKey, ...ref } = input;
  const digest = digestRequest("payments.close", { ...ref });
  return once(ctx, { appId: caller.appId, idempotencyKey, digest }, async () => {
    const payment = await findOwnPayment(ctx.store.db, caller, ref);
    if (payment.status === "created") await requestClose(ctx, payment);
    const state = await readPayment(ctx.store.db, { paymentNo: payment.paymentNo });
    if (state.payment.status === "succeeded") throw alreadyPaid(state);
    return state;
  });
}

async function requestClose(ctx: ServiceContext, { paymentNo, closeRequestedAt }: Payment): Promise<void> {
  const nowMs = ctx.clock.now();
  const { db } = ctx.store;
  await updateOpenPayment(db, paymentNo, { closeRequestedAt: closeRequestedAt ?? nowMs, updatedAt: nowMs });
  for (const attempt of (await findAttempts(db, [paymentNo])).filter(isLive)) {
    const { attemptNo } = attempt;
    // An attempt that another process is calling the channel for is left to the query ladder.
    if (!(await claimAttempt(db, { attemptNo, nowMs, untilMs: nowMs + claimMs(ctx, "give_up") }))) continue;
    const answer = await giveUpAttempt(ctx, attempt);
    if (answer === "final") continue;
    const askAgainAt = ctx.clock.now();
    await updateOpenAttempt(db, attemptNo, {
      calledUntil: askAgainAt,
      queryCount: 0,
      nextQueryAt: askAgainAt,
      updatedAt: askAgainAt,
    });
  }
  await finishPayment(ctx, paymentNo);
  announce(ctx, { paymentNo });
}

function alreadyPaid({ payment, attempt }: PaymentWithAttempt): PayhubError {
  return new PayhubError("ALREADY_PAID", `payment ${payment.paymentNo} is paid; refund it instead of closing it`, {
    details: { paymentNo: payment.paymentNo, attemptNo: attempt.attemptNo, channelTradeNo: attempt.channelTradeNo },
  });
}
