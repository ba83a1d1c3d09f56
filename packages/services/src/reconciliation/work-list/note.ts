import type { Difference } from "@payhub/domain";
import type { ServiceContext } from "../../context.ts";
import { type Act, act, assertNoted } from "./act.ts";

/** Writes a note on a difference, whatever its state. */
export async function noteDifference(ctx: ServiceContext, by: Act): Promise<Difference> {
  assertNoted(by);
  return act(ctx, { ...by, actionKind: "note" }, () => ({}));
}
