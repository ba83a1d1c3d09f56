import type { ServiceContext } from "../../context.ts";
import { type Act, act, assertNoted } from "./act.ts";
import type { AgedDifference } from "./age.ts";

/** Writes a note on a difference, whatever its state. */
export async function noteDifference(ctx: ServiceContext, by: Act): Promise<AgedDifference> {
  assertNoted(by);
  return act(ctx, { ...by, actionKind: "note" }, () => ({}));
}
