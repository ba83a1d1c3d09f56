import { type Attempt, EXPIRY_MARGIN_MS } from "@payhub/domain";
import { claimAttempt, findAttempt, findDueAttempts, findPayment, updateOpenAttempt } from "@payhub/store";
import type { ServiceContext } from "../context.ts";
import { takeEach } from "../each-due.ts";
import { type Answer, askChannel } from "./ask.ts";
import { nextAskAt } from "./at-counter.ts";
import { claimMs } from "./claim.ts";
import { isLive } from "./finish.ts";
import { giveUpAttempt } from "./give-up.ts";

/**
 * One step of the query ladder on one attempt: asks, and after expiry or a request to close also closes. Sets the time of the
 * next step when there is no final word. Returns false when another process is at it.
 */
export async function syncAttempt(ctx: ServiceContext, attemptNo: string): Promise<boolean> {
  const nowMs = ctx.clock.now();
  if (!(await claimAttempt(ctx.store.db, { attemptNo, nowMs, untilMs: nowMs + claimMs(ctx, "give_up") }))) return false;
  const attempt = await findAttempt(ctx.store.db, attemptNo);
  if (!attempt || !isLive(attempt)) return true;
  const payment = await findPayment(ctx.store.db, { paymentNo: attempt.paymentNo });
  // Nobody should pay it any more: it expired, or its payment is to be closed or was settled by another attempt.
  const over = nowMs >= attempt.expiresAt || payment?.status !== "created" || payment.closeRequestedAt !== null;
  const answer = over ? await giveUpAttempt(ctx, attempt) : await askChannel(ctx, attempt);
  if (answer !== "final") await scheduleNext(ctx, attempt, answer);
  return true;
}

async function scheduleNext(ctx: ServiceContext, attempt: Attempt, answer: Answer): Promise<void> {
  const nowMs = ctx.clock.now();
  const queryCount = attempt.queryCount + 1;
  if (nowMs > attempt.expiresAt + STUCK_AFTER_MS) {
    ctx.alert("attempt_not_settled", { attemptNo: attempt.attemptNo, channel: attempt.channel, answer });
  }
  await updateOpenAttempt(ctx.store.db, attempt.attemptNo, {
    queryCount,
    nextQueryAt: await nextAskAt(ctx, attempt, { queryCount, nowMs }),
    // Known to the channel and unpaid is no longer unknown, unless the payer's part of it was never received.
    unknown: answer === "unknown" || attempt.state === "preparing",
    calledUntil: nowMs,
    updatedAt: nowMs,
  });
}

const STUCK_AFTER_MS = 10 * 60_000 + EXPIRY_MARGIN_MS;

/** Takes every attempt that is due one step further, `concurrency` at a time; returns how many this process took. */
export async function syncDueAttempts(
  ctx: ServiceContext,
  { limit, concurrency }: { limit: number; concurrency: number },
): Promise<number> {
  const due = await findDueAttempts(ctx.store.db, ctx.clock.now(), limit);
  return takeEach(ctx, due, {
    concurrency,
    take: ({ attemptNo }) => syncAttempt(ctx, attemptNo),
    about: ({ attemptNo }) => ({ attemptNo }),
  });
}
