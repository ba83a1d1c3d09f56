import type { Refund } from "@payhub/domain";
import { findRefunds, lockPayment, lockRefund, updateOpenRefund } from "@payhub/store";
import type { ConnectedAccount } from "../account/connections.ts";
import type { ServiceContext } from "../context.ts";

type Sent = Pick<Refund, "chargedAmount" | "sentAt" | "nextQueryAt">;

/** When an order's next refund may be sent: now, or its channel's gap after each that was sent already or goes first. */
export function turnAfter(first: readonly Sent[], { plugin }: Pick<ConnectedAccount, "plugin">, nowMs: number): number {
  const times = first
    .filter(({ chargedAmount }) => chargedAmount > 0)
    .map(({ sentAt, nextQueryAt }) => sentAt ?? Math.max(nowMs, nextQueryAt ?? 0));
  return Math.max(nowMs, ...times.map((at) => at + plugin.refunds.minGapMs));
}

/** Whether a claimed refund may be sent now. */
export type Turn =
  | { kind: "now" }
  /** Another refund of the same order was sent a moment ago, or goes first. */
  | { kind: "waits"; until: number }
  /** The claim is over or too old to call the channel under. */
  | { kind: "overtaken" };

/** Takes a refund's turn at its order and notes it, or tells why not; under the payment's lock, so that no two go at once. */
export async function takeTurn(
  ctx: ServiceContext,
  { refundNo, paymentNo, attemptNo }: Refund,
  { connected, claimedUntil }: { connected: ConnectedAccount; claimedUntil: number },
): Promise<Turn> {
  const { dialect } = ctx.store;
  return ctx.store.transaction(async (tx): Promise<Turn> => {
    await lockPayment(tx, { paymentNo }, dialect);
    const nowMs = ctx.clock.now();
    const refund = await lockRefund(tx, refundNo, dialect);
    const isOwn = refund?.status === "created" && refund.calledUntil === claimedUntil;
    if (!isOwn || nowMs + ctx.settings.channelDeadlineMs > claimedUntil) return { kind: "overtaken" };
    const others = (await findRefunds(tx, paymentNo)).filter(
      (one) => one.attemptNo === attemptNo && one.id !== refund.id,
    );
    const first = others.filter(
      ({ id, status, sentAt }) => sentAt !== null || (status === "created" && id < refund.id),
    );
    const until = turnAfter(first, connected, nowMs);
    if (until > nowMs) return { kind: "waits", until };
    await updateOpenRefund(tx, refundNo, { sentAt: nowMs, updatedAt: nowMs });
    return { kind: "now" };
  });
}
