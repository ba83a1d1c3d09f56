import { addDays, type Difference, PLATFORM_ACTOR } from "@payhub/domain";
import { type DifferenceRow, moveDifference, pageMissingThere, pageNearMidnight } from "@payhub/store";
import { endByPlatform } from "./carry.ts";
import type { MatchState } from "./match.ts";
import type { RunScope } from "./scope.ts";

const PAGE = 500;
const NOTE = "the newest bill of its own day has it";

/**
 * Ends what was said of this day's money near midnight while its own bill lacked it, now that the newest one has it: that it waits
 * for the neighbouring day, and that it is missing there.
 */
export async function endBelated(scope: RunScope, { lacking }: Pick<MatchState, "lacking">): Promise<void> {
  const { ctx, run, fromMs, toMs } = scope;
  const { accountNo, businessDay } = run;
  const { db } = ctx.store;
  const isHere = ({ bookSide }: Difference) =>
    bookSide?.occurredAt != null &&
    bookSide.occurredAt >= fromMs &&
    bookSide.occurredAt < toMs &&
    !lacking.has(bookSide.number);
  await eachOf(
    (afterId) => pageNearMidnight(db, { accountNo, businessDay, afterId, limit: PAGE }),
    async (difference) => {
      if (isHere(difference)) await waitNoMore(scope, difference);
    },
  );
  for (const day of [addDays(businessDay, -1), addDays(businessDay, 1)]) {
    await eachOf(
      (afterId) => pageMissingThere(db, { accountNo, businessDay: day, afterId, limit: PAGE }),
      async (difference) => {
        if (isHere(difference)) await endByPlatform(ctx, difference.differenceNo, NOTE);
      },
    );
  }
}

async function eachOf(
  read: (afterId: number) => Promise<DifferenceRow[]>,
  take: (difference: DifferenceRow) => Promise<void>,
): Promise<void> {
  for (let afterId = 0; ; ) {
    const page = await read(afterId);
    for (const difference of page) await take(difference);
    afterId = page.at(-1)?.id ?? 0;
    if (page.length < PAGE) return;
  }
}

/** The neighbouring day looks at what waits near midnight, however it ended; this is none of it any more. */
async function waitNoMore({ ctx }: RunScope, { differenceNo, differenceState }: Difference): Promise<void> {
  const nowMs = ctx.clock.now();
  const isOpen = differenceState === "open";
  const ended = { differenceState: "resolved", endedBy: PLATFORM_ACTOR, endedAt: nowMs } as const;
  await ctx.store.transaction((tx) =>
    moveDifference(tx, {
      from: { state: differenceState },
      set: { cause: "bill_wrong", proposedFix: "none", ...(isOpen && ended), updatedAt: nowMs },
      action: {
        differenceNo,
        actor: PLATFORM_ACTOR,
        actionKind: isOpen ? "resolve" : "note",
        note: NOTE,
        createdAt: nowMs,
        updatedAt: nowMs,
      },
    }),
  );
}
