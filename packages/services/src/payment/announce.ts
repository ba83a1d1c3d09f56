import type { ServiceContext } from "../context.ts";

/** The topic on which a payment's watchers wait. */
export function paymentTopic(paymentNo: string): string {
  return `payment:${paymentNo}`;
}

/** Tells watchers that a payment changed, and sets its event on its way. Called after the commit. */
export function announce(ctx: ServiceContext, { paymentNo }: { paymentNo: string }): void {
  ctx.coordination.wakeUps.notify(paymentTopic(paymentNo));
  ctx.publisher.soon();
}
