import type { ServiceContext } from "../../context.ts";
import { type Act, act, assertOpen } from "./act.ts";
import type { AgedDifference } from "./age.ts";

/** Gives an open difference to someone, or with null to nobody; the note of it is the assignee's name. */
export function assignDifference(
  ctx: ServiceContext,
  { assignee, ...who }: Omit<Act, "note"> & { assignee: string | null },
): Promise<AgedDifference> {
  return act(ctx, { ...who, actionKind: "assign", note: assignee ?? "" }, (difference) => {
    assertOpen(difference);
    return { assignee };
  });
}
