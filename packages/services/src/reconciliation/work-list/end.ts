import type { Difference } from "@payhub/domain";
import type { ServiceContext } from "../../context.ts";
import { type Act, act, assertNoted, assertNothingPending, assertOpen } from "./act.ts";

/** Ends an open difference whose matter was settled elsewhere; the note says how. */
export function resolveDifference(ctx: ServiceContext, by: Act): Promise<Difference> {
  return end(ctx, by, { actionKind: "resolve", differenceState: "resolved" });
}

/** Ends an open difference that is to stay as it is; the note says why. */
export function acceptDifference(ctx: ServiceContext, by: Act): Promise<Difference> {
  return end(ctx, by, { actionKind: "accept", differenceState: "accepted" });
}

async function end(
  ctx: ServiceContext,
  by: Act,
  {
    actionKind,
    differenceState,
  }: { actionKind: "resolve" | "accept"; differenceState: Exclude<Difference["differenceState"], "open" | "repaired"> },
): Promise<Difference> {
  assertNoted(by);
  return act(ctx, { ...by, actionKind }, (difference, nowMs) => {
    assertOpen(difference);
    assertNothingPending(difference);
    return { differenceState, endedBy: by.actor, endedAt: nowMs };
  });
}
