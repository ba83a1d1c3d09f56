import type { Difference } from "@payhub/domain";
import type { ServiceContext } from "../../context.ts";
import { type Act, act, assertNoted, assertNothingPending, assertOpen } from "./act.ts";
import type { AgedDifference } from "./age.ts";

/** Ends an open difference whose matter was settled elsewhere; the note says how. */
export function resolveDifference(ctx: ServiceContext, by: Act): Promise<AgedDifference> {
  return end(ctx, by, { actionKind: "resolve", differenceState: "resolved" });
}

/** Ends an open difference that is to stay as it is; the note says why. */
export function acceptDifference(ctx: ServiceContext, by: Act): Promise<AgedDifference> {
  return end(ctx, by, { actionKind: "accept", differenceState: "accepted" });
}

async function end(
  ctx: ServiceContext,
  by: Act,
  {
    actionKind,
    differenceState,
  }: { actionKind: "resolve" | "accept"; differenceState: Exclude<Difference["differenceState"], "open" | "repaired"> },
): Promise<AgedDifference> {
  assertNoted(by);
  return act(ctx, { ...by, actionKind }, (difference, nowMs) => {
    assertOpen(difference);
    assertNothingPending(difference);
    return { differenceState, endedBy: by.actor, endedAt: nowMs };
  });
}
