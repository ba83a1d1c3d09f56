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
  return { items, nextCursor: settledPage(payments, ctx.clock.now()) ?? input.cursor ?? null };
}

/** Where a page's next one begins: after its last row that is old enough; nothing when none is. */
export function settledPage(rows: readonly { id: number; createdAt: number }[], nowMs: number): string | undefined {
  const young = rows.findIndex(({ createdAt }) => createdAt > nowMs - SETTLED_AFTER_MS);
  const last = (young === -1 ? rows : rows.slice(0, young)).at(-1);
  return last && String(last.id);
}
