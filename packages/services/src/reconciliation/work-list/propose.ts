import { type DifferenceFix, PayhubError } from "@payhub/domain";
import type { ServiceContext } from "../../context.ts";
import { type Act, act, assertNothingPending, assertOpen } from "./act.ts";
import type { AgedDifference } from "./age.ts";

/** The fixes that change the books, and so need a second actor. */
export type BookFix = Extract<DifferenceFix, "record_refund">;

/** Proposes the fix that an open difference calls for; another actor approves or rejects it. */
export function proposeFix(ctx: ServiceContext, { fix, ...by }: Act & { fix: BookFix }): Promise<AgedDifference> {
  return act(ctx, { ...by, actionKind: "propose" }, (difference) => {
    assertOpen(difference);
    assertNothingPending(difference);
    const { differenceNo, proposedFix } = difference;
    if (proposedFix !== fix) {
      throw new PayhubError("ORDER_CONFLICT", `difference ${differenceNo} calls for ${proposedFix}, not ${fix}`, {
        details: { differenceNo, proposedFix },
      });
    }
    return { pendingFix: fix, pendingBy: by.actor };
  });
}
