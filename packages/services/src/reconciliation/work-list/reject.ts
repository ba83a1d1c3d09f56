import type { ServiceContext } from "../../context.ts";
import { type Act, act, assertOpen } from "./act.ts";
import type { AgedDifference } from "./age.ts";
import { pendingFixOf } from "./approve.ts";

/** Turns a proposed fix down, or takes one's own back; the difference stays open. */
export function rejectFix(ctx: ServiceContext, by: Act): Promise<AgedDifference> {
  return act(ctx, { ...by, actionKind: "reject" }, (difference) => {
    assertOpen(difference);
    pendingFixOf(difference);
    return { pendingFix: null, pendingBy: null };
  });
}
