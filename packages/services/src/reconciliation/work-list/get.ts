import type { DifferenceAction } from "@payhub/domain";
import { findDifference, findDifferenceActions } from "@payhub/store";
import type { ServiceContext, Viewer } from "../../context.ts";
import { unknownDifference } from "./act.ts";
import { type AgedDifference, withAge } from "./age.ts";
import { differenceSeenBy } from "./see.ts";

/** Reads a difference with what was done about it; another app's does not exist for a business app, nor does what operators did. */
export async function getDifference(
  ctx: ServiceContext,
  viewer: Viewer,
  differenceNo: string,
): Promise<{ difference: AgedDifference; actions: DifferenceAction[] }> {
  const difference = await findDifference(ctx.store.db, differenceNo);
  const isConsole = viewer.role === "console";
  if (!difference || (!isConsole && difference.appId !== viewer.appId)) throw unknownDifference(differenceNo);
  const actions = isConsole ? await findDifferenceActions(ctx.store.db, differenceNo) : [];
  return { difference: withAge(ctx, differenceSeenBy(viewer, difference)), actions };
}
