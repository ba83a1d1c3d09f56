import { REUSE_MARGIN_MS } from "@payhub/domain";
import { claimAttempt, updateOpenAttempt } from "@payhub/store";
import type { ConnectedAccount } from "../account/connections.ts";
import type { ServiceContext } from "../context.ts";
import { askChannel } from "./ask.ts";
import { chargeRequest } from "./charge.ts";
import { claimMs } from "./claim.ts";
import { type PaymentWithAttempt, readPayment } from "./get.ts";

/**
 * Hands out a live attempt again. Where what the payer was given lives shorter than the order, as an H5 link does, the channel is
 * asked for a fresh one under the same number; nothing when another process is at it.
 */
export async function handOutAgain(
  ctx: ServiceContext,
  { payment, attempt }: PaymentWithAttempt,
  { plugin, connection }: ConnectedAccount,
): Promise<PaymentWithAttempt | undefined> {
  const livesMs = plugin.scenes[attempt.scene]?.actionLivesMs;
  const nowMs = ctx.clock.now();
  if (livesMs === undefined || nowMs + REUSE_MARGIN_MS <= attempt.createdAt + livesMs) return { payment, attempt };
  const { attemptNo } = attempt;
  const claim = { attemptNo, nowMs, untilMs: nowMs + claimMs(ctx, "resume"), seen: attempt };
  if (!(await claimAttempt(ctx.store.db, claim))) return undefined;
  const outcome = await connection.create(chargeRequest({ payment, attempt }));
  if (outcome.kind === "declined") await askChannel(ctx, attempt);
  const fresh = outcome.kind === "accepted" && { action: outcome.action };
  const calledUntil = ctx.clock.now();
  await updateOpenAttempt(ctx.store.db, attemptNo, { ...fresh, calledUntil, updatedAt: calledUntil });
  return readPayment(ctx.store.db, { paymentNo: payment.paymentNo });
}
