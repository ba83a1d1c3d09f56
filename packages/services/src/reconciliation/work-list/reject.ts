import type { Difference } from "@payhub/domain";
import type { ServiceContext } from "../../context.ts";
import { type Act, act, assertOpen } from "./act.ts";
import { pendingFixOf } from "./approve.ts";

/** Turns a proposed fix down, or takes one's own back; the difference stays open. */
export function rejectFix(ctx: ServiceContext, by: Act): Promise<Difference> {
  return act(ctx, { ...by, actionKind: "reject" }, (difference) => {
    assertOpen(difference);
    pendingFixOf(difference);
    return { pendingFix: null, pendingBy: null };
  });
}
