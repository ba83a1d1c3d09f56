import type { PaymentStatus } from "@payhub/domain";
import { findAttempts, listPayments as readPage } from "@payhub/store";
import type { Caller, ServiceContext } from "../context.ts";
import { type PaymentWithAttempt, speakingAttempt } from "./get.ts";

// A row becomes visible at its commit, which may be later than a row with a higher number: the cursor never passes rows
// that are younger than any transaction, so that a reader who follows it misses nothing.
const SETTLED_AFTER_MS = 10_000;

/** Pages through the caller's payments in the order they were made; rows of the last seconds may come again on the next page. */
export async function listPayments(
  ctx: ServiceContext,
  { appId }: Caller,
  input: {
    status?: PaymentStatus | undefined;
    createdFrom?: string | undefined;
    createdTo?: string | undefined;
    cursor?: string | undefined;
    limit: number;
  },
): Promise<{ items: PaymentWithAttempt[]; nextCursor: string | null }> {
  const payments = await readPage(ctx.store.db, {
    appId,
    status: input.status,
    createdFrom: input.createdFrom === undefined ? undefined : Date.parse(input.createdFrom),
    createdTo: input.createdTo === undefined ? undefined : Date.parse(input.createdTo),
    afterId: Number(input.cursor ?? 0),
    limit: input.limit,
  });
  const attempts = await findAttempts(
    ctx.store.db,
    payments.map(({ paymentNo }) => paymentNo),
  );
  const items = payments.map((payment) => ({
    payment,
    attempt: speakingAttempt(
      payment,
      attempts.filter(({ paymentNo }) => paymentNo === payment.paymentNo),
    ),
  }));
  const settledBefore = ctx.clock.now() - SETTLED_AFTER_MS;
  const young = payments.findIndex(({ createdAt }) => createdAt > settledBefore);
  const last = (young === -1 ? payments : payments.slice(0, young)).at(-1);
  return { items, nextCursor: last ? String(last.id) : (input.cursor ?? null) };
}
