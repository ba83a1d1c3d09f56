import { isFinal, PAYMENT_MACHINE } from "@payhub/domain";
import type { Caller, ServiceContext } from "../context.ts";
import { paymentTopic } from "./announce.ts";
import { findOwnPayment, type PaymentWithAttempt, readPayment } from "./get.ts";

const ASK_AGAIN_MS = 2_000;

/** Yields a payment as it is, then each time it changed, and ends after its final state or when `signal` aborts. */
export async function* watchPayment(
  ctx: ServiceContext,
  caller: Caller,
  { paymentNo }: { paymentNo: string },
  signal: AbortSignal,
): AsyncGenerator<PaymentWithAttempt> {
  const listener = ctx.coordination.wakeUps.listen(paymentTopic(paymentNo));
  let seen = "";
  try {
    await findOwnPayment(ctx.store.db, caller, { paymentNo });
    while (!signal.aborted) {
      const state = await readPayment(ctx.store.db, { paymentNo });
      const mark = [
        state.payment.status,
        state.payment.closeRequestedAt,
        state.attempt.attemptNo,
        state.attempt.state,
      ].join();
      if (mark !== seen) {
        seen = mark;
        yield state;
      }
      if (isFinal(PAYMENT_MACHINE, state.payment.status)) return;
      await listener.next(ASK_AGAIN_MS, signal);
    }
  } finally {
    listener.close();
  }
}
