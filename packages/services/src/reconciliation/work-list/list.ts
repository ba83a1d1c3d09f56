import { addDays, businessDay, PayhubError } from "@payhub/domain";
import { type DifferenceFilter, listDifferences as readPage } from "@payhub/store";
import type { ServiceContext, Viewer } from "../../context.ts";
import { dayCursor, readDayCursor } from "../day-cursor.ts";
import { type AgedDifference, withAge } from "./age.ts";
import { appSeenBy, differenceSeenBy } from "./see.ts";

/** Which differences are wanted; days are business days, both counted in. */
export interface DifferencesWanted extends DifferenceFilter {
  /** At least so many days since their business day. */
  minAgeDays?: number | undefined;
}

/** Lists differences, the oldest day first; a business app's own only. What a run finds meanwhile may be missed: list again. */
export async function listDifferences(
  ctx: ServiceContext,
  viewer: Viewer,
  { cursor, limit, ...wanted }: DifferencesWanted & { cursor?: string | undefined; limit: number },
): Promise<{ items: AgedDifference[]; nextCursor: string | null }> {
  const after = cursor === undefined ? undefined : readDayCursor(cursor);
  const rows = await readPage(ctx.store.db, { filter: filterFor(ctx, viewer, wanted), after, limit });
  const last = rows.length === limit ? rows.at(-1) : undefined;
  return {
    items: rows.map((row) => withAge(ctx, differenceSeenBy(viewer, row))),
    nextCursor: last ? dayCursor(last) : null,
  };
}

/** The filter of what a viewer wants and may see. */
export function filterFor(
  ctx: Pick<ServiceContext, "clock">,
  viewer: Viewer,
  { minAgeDays, ...filter }: DifferencesWanted,
): DifferenceFilter {
  if (viewer.role !== "console" && filter.assignee !== undefined) {
    throw new PayhubError("FORBIDDEN", "who works on a difference is the operators' own business; leave assignee out");
  }
  return {
    ...filter,
    appId: appSeenBy(viewer, filter.appId),
    toDay: earlier(filter.toDay, minAgeDays === undefined ? undefined : dayBefore(ctx, minAgeDays)),
  };
}

function dayBefore({ clock }: Pick<ServiceContext, "clock">, days: number): string {
  return addDays(businessDay(clock.now()), -days);
}

function earlier(one: string | undefined, other: string | undefined): string | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one < other ? one : other;
}
