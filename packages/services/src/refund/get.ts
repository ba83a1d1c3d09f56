import { PayhubError, type Refund, type RefundStatus } from "@payhub/domain";
import { findRefund, listRefunds as readPage } from "@payhub/store";
import type { Caller, ServiceContext } from "../context.ts";
import { settledPage } from "../payment/list.ts";

/** How a caller names one of its refunds: exactly one of the two. */
export interface RefundRef {
  refundNo?: string | undefined;
  refundOrderNo?: string | undefined;
}

/** Finds one of the caller's own refunds; another app's does not exist for it. */
export async function getRefund(ctx: ServiceContext, { appId }: Caller, ref: RefundRef): Promise<Refund> {
  const key =
    ref.refundNo !== undefined ? { refundNo: ref.refundNo } : { appId, refundOrderNo: ref.refundOrderNo ?? "" };
  const refund = await findRefund(ctx.store.db, key);
  if (refund?.appId === appId) return refund;
  throw new PayhubError("NOT_FOUND", `this app has no refund ${ref.refundNo ?? ref.refundOrderNo}`);
}

/** Pages through the caller's refunds in the order they were made; rows of the last seconds may come again on the next page. */
export async function listRefunds(
  ctx: ServiceContext,
  { appId }: Caller,
  input: {
    paymentNo?: string | undefined;
    status?: RefundStatus | undefined;
    cursor?: string | undefined;
    limit: number;
  },
): Promise<{ items: Refund[]; nextCursor: string | null }> {
  const { paymentNo, status, cursor, limit } = input;
  const items = await readPage(ctx.store.db, { appId, paymentNo, status, afterId: Number(cursor ?? 0), limit });
  return { items, nextCursor: settledPage(items, ctx.clock.now()) ?? cursor ?? null };
}
