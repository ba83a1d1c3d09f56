import { type Difference, PayhubError, PLATFORM_ACTOR } from "@payhub/domain";
import { findDifference, redoRun } from "@payhub/store";
import type { ServiceContext } from "../../context.ts";
import { recordRefund } from "../../refund/record.ts";
import { type Act, actWithin, assertOpen, isRepeat, unknownDifference } from "./act.ts";
import { type AgedDifference, withAge } from "./age.ts";

/**
 * Approves a fix that another actor proposed and carries it out through the trade core, after asking the channel again; books and
 * difference change in one transaction, once, and the day is to be reconciled again. Refuses with `FORBIDDEN` who proposed it, and with what {@link recordRefund} refuses.
 */
export async function approveFix(ctx: ServiceContext, by: Act): Promise<AgedDifference> {
  const acting = { ...by, actionKind: "approve" as const };
  const difference = await findDifference(ctx.store.db, by.differenceNo);
  if (!difference) throw unknownDifference(by.differenceNo);
  if (await isRepeat(ctx.store.db, acting)) return withAge(ctx, difference);
  assertApprovable(difference, by);
  const repaired = await recordRefund(ctx, refundOfBill(difference), async (tx) => {
    const ended = await actWithin(ctx, tx, acting, (locked, nowMs) => {
      // People may have changed their minds while the channel was asked.
      assertApprovable(locked, by);
      return {
        differenceState: "repaired",
        pendingFix: null,
        pendingBy: null,
        endedBy: by.actor,
        endedAt: nowMs,
      };
    });
    // The day's sums have what the books have.
    await redoRun(tx, ended, { requestedBy: PLATFORM_ACTOR, nowMs: ctx.clock.now() });
    return ended;
  });
  return withAge(ctx, repaired);
}

function assertApprovable(difference: Difference, { actor }: Act): void {
  assertOpen(difference);
  const { pendingBy } = pendingFixOf(difference);
  if (!isSameActor(actor, pendingBy)) return;
  const { differenceNo } = difference;
  throw new PayhubError("FORBIDDEN", `${actor} proposed this fix; what changes the books is approved by someone else`, {
    details: { differenceNo, pendingBy },
  });
}

/** The fix that waits, and who proposed it; refuses with `ORDER_CONFLICT` when there is none. */
export function pendingFixOf({ differenceNo, pendingFix, pendingBy }: Difference): { pendingBy: string } {
  if (pendingFix !== null && pendingBy !== null) return { pendingBy };
  throw new PayhubError("ORDER_CONFLICT", `nobody proposed a fix for difference ${differenceNo}`, {
    details: { differenceNo },
  });
}

function isSameActor(one: string, other: string): boolean {
  const plain = (name: string) => name.normalize("NFKC").trim().toLowerCase();
  return plain(one) === plain(other);
}

function refundOfBill({ differenceNo, accountNo, billLine }: Difference) {
  if (billLine === null || billLine.kind !== "refund" || billLine.outRefundNo === null) {
    throw new PayhubError("ORDER_CONFLICT", `difference ${differenceNo} names no refund of the bill`, {
      details: { differenceNo },
    });
  }
  const { outTradeNo: attemptNo, outRefundNo, amount, occurredAt: sentAt } = billLine;
  return { accountNo, attemptNo, outRefundNo, amount, sentAt, idempotencyKey: differenceNo };
}
