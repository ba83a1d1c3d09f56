import { sceneOf } from "@payhub/channels";
import { PayhubError } from "@payhub/domain";
import { useAccount } from "../account/use-account.ts";
import type { Caller, ServiceContext } from "../context.ts";
import { digestRequest } from "../idempotency/digest.ts";
import { once } from "../idempotency/once.ts";
import { chargeAttempt } from "./charge.ts";
import type { PaymentWithAttempt } from "./get.ts";
import { initiateAgain } from "./initiate-again.ts";
import { type Initiation, openPayment, type PaymentOrder } from "./open.ts";

/**
 * Takes a payment: stores it, commits, then asks the channel, then stores what the payer needs. A repeat never charges twice,
 * with or without coordination.
 */
export async function createPayment(
  ctx: ServiceContext,
  caller: Caller,
  order: PaymentOrder,
): Promise<PaymentWithAttempt & { replayed: boolean }> {
  const { idempotencyKey, ...body } = order;
  const digest = digestRequest("payments.create", { ...body });
  return once(ctx, { appId: caller.appId, idempotencyKey, digest }, async () => {
    const connected = await useAccount(ctx, caller, order.accountNo);
    const { minExpiresInMs, maxExpiresInMs } = sceneOf(connected, order.scene);
    const expiresInMs = order.expiresIn === undefined ? minExpiresInMs : order.expiresIn * 1000;
    if (expiresInMs < minExpiresInMs || expiresInMs > maxExpiresInMs) {
      throw new PayhubError(
        "INVALID_INPUT",
        `expiresIn: ${connected.plugin.title} takes ${minExpiresInMs / 1000} to ${maxExpiresInMs / 1000} seconds in scene "${order.scene}"`,
        { details: { issues: [{ path: "expiresIn", message: "out of the channel's bounds" }] } },
      );
    }
    const { payment, attempt } = await initiate(ctx, { caller, order, connected, digest });
    // What the scene needed, a payer's code among it, is not kept with the answer.
    return { payment, attempt: { ...attempt, sceneInput: null } };
  });
}

async function initiate(ctx: ServiceContext, initiation: Initiation): Promise<PaymentWithAttempt> {
  const opened = await openPayment(ctx, initiation);
  if (!opened) return initiateAgain(ctx, initiation);
  await ctx.fault("payment.committed");
  return chargeAttempt(ctx, opened, initiation.connected);
}
