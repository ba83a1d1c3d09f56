import { addDays, type Difference, neighbourOf, PLATFORM_ACTOR, toBeAsked } from "@payhub/domain";
import { findElsewhere, moveDifference, pageNearMidnight } from "@payhub/store";
import { addFinding } from "./found.ts";
import { inBatches } from "./look-up.ts";
import type { MatchState } from "./match.ts";
import type { RunScope } from "./scope.ts";

const PAGE = 500;

/** A difference of another day that this day's bill decides. */
export interface Decided {
  differenceNo: string;
  note: string;
}

/**
 * Takes what the days before and after left to this day's bill: money near midnight that is not in it either is missing now, and what
 * is in it was missing nowhere. Gives the differences of other days that end with it.
 */
export async function carryOver(scope: RunScope, state: MatchState): Promise<Decided[]> {
  const decided: Decided[] = [];
  for (const days of [-1, 1]) await takeNeighbour(scope, state, { day: addDays(scope.run.businessDay, days), decided });
  decided.push(...(await foundHere(scope, state)));
  return decided;
}

async function takeNeighbour(
  scope: RunScope,
  { found, otherDay }: MatchState,
  { day, decided }: { day: string; decided: Decided[] },
): Promise<void> {
  const { ctx, run } = scope;
  const { accountNo, businessDay } = run;
  for (let afterId = 0; ; ) {
    const page = await pageNearMidnight(ctx.store.db, { accountNo, businessDay: day, afterId, limit: PAGE });
    for (const { bookSide, differenceNo, delta, appId, paymentNo, outTradeNo, differenceState } of page) {
      if (bookSide?.occurredAt == null || neighbourOf(day, bookSide.occurredAt) !== businessDay) continue;
      const isHere = otherDay.has(bookSide.number);
      if (!isHere) {
        const verdict = toBeAsked("missing_there", delta);
        addFinding(scope, found, { verdict, book: bookSide, owner: { appId, paymentNo }, outTradeNo });
      }
      const note = isHere ? `in the bill of ${businessDay}` : `not in the bill of ${businessDay} either; missing there`;
      if (differenceState === "open") decided.push({ differenceNo, note });
    }
    afterId = page.at(-1)?.id ?? 0;
    if (page.length < PAGE) return;
  }
}

/** Open differences of other days about money that this bill has. */
async function foundHere({ ctx, run }: RunScope, { otherDay }: MatchState): Promise<Decided[]> {
  const decided: Decided[] = [];
  for (const numbers of inBatches(otherDay)) {
    const rows = await findElsewhere(ctx.store.db, run, { outTradeNos: numbers, outRefundNos: numbers });
    for (const { differenceNo, differenceState, bookSide } of rows) {
      if (differenceState !== "open" || !bookSide || !otherDay.has(bookSide.number)) continue;
      decided.push({ differenceNo, note: `in the bill of ${run.businessDay}` });
    }
  }
  return decided;
}

/** Ends the differences of other days that this day decided, those that are still open. */
export async function endDecided({ ctx }: RunScope, decided: readonly Decided[]): Promise<void> {
  for (const { differenceNo, note } of decided) await endByPlatform(ctx, differenceNo, note);
}

/** Ends an open difference for the platform, with a note that says why. */
export async function endByPlatform(
  { store, clock }: RunScope["ctx"],
  differenceNo: Difference["differenceNo"],
  note: string,
): Promise<void> {
  const nowMs = clock.now();
  await store.transaction((tx) =>
    moveDifference(tx, {
      from: { state: "open" },
      set: { differenceState: "resolved", endedBy: PLATFORM_ACTOR, endedAt: nowMs, updatedAt: nowMs },
      action: { differenceNo, actor: PLATFORM_ACTOR, actionKind: "resolve", note, createdAt: nowMs, updatedAt: nowMs },
    }),
  );
}
