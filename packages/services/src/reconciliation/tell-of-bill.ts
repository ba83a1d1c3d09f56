import type { BillKind } from "@payhub/domain";
import { holdLease } from "@payhub/store";
import { nextNoon } from "./due-times.ts";
import type { RunScope } from "./scope.ts";

const CALL_RANDOM_BYTES = 12;

/** Tells people of a bill that is missing or refused: once from noon to noon for each day, whichever process sees it. */
export async function tellOfBill(
  { ctx, run }: RunScope,
  kind: "bill_missing" | "bill_refused",
  { billKind, reason }: { billKind: BillKind; reason: string },
): Promise<void> {
  const { accountNo, channel, businessDay } = run;
  const nowMs = ctx.clock.now();
  const isFirst = await holdLease(ctx.store.db, {
    job: `${kind}:${accountNo}:${businessDay}`,
    holder: Buffer.from(ctx.random.bytes(CALL_RANDOM_BYTES)).toString("hex"),
    leaseMs: nextNoon(businessDay, nowMs) - nowMs,
    nowMs,
  });
  if (isFirst) ctx.alert(kind, { accountNo, channel, businessDay, billKind, reason });
}
