import type { Difference } from "@payhub/domain";
import type { ServiceContext } from "../../context.ts";
import { type Act, act, assertOpen } from "./act.ts";

/** Gives an open difference to someone, or with null to nobody; the note of it is the assignee's name. */
export function assignDifference(
  ctx: ServiceContext,
  { assignee, ...who }: Omit<Act, "note"> & { assignee: string | null },
): Promise<Difference> {
  return act(ctx, { ...who, actionKind: "assign", note: assignee ?? "" }, (difference) => {
    assertOpen(difference);
    return { assignee };
  });
}
