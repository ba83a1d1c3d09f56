import { type Difference, type DifferenceAction, type DifferenceCause, PLATFORM_ACTOR } from "@payhub/domain";
import {
  findByFingerprints,
  insertDifferences,
  type KnownDifference,
  moveDifference,
  pageUntouched,
} from "@payhub/store";
import { endByPlatform } from "./carry.ts";
import type { FoundDifferences } from "./found.ts";
import type { RunScope } from "./scope.ts";
import type { Totals } from "./totals.ts";

const ROWS_AT_ONCE = 500;
const GONE = "not found any more";

/** Stores what was found and is not stored yet; one that is there already keeps its state. */
export async function storeFound(scope: RunScope, found: FoundDifferences): Promise<void> {
  const { ctx, run } = scope;
  const all = [...found.values()];
  for (let from = 0; from < all.length; from += ROWS_AT_ONCE) {
    const some = all.slice(from, from + ROWS_AT_ONCE);
    const known = await findByFingerprints(
      ctx.store.db,
      run,
      some.map(({ fingerprint }) => fingerprint),
    );
    const stored = new Set(known.map(({ fingerprint }) => fingerprint));
    const fresh = some.filter(({ fingerprint }) => !stored.has(fingerprint));
    await ctx.store.transaction((tx) => insertDifferences(tx, fresh, fresh.map(foundAction)));
    for (const difference of known.filter(hadGone)) await reopen(scope, difference, found.get(difference.fingerprint));
    const told = scope.meter.count({});
    if (told) await told;
  }
}

function foundAction({ differenceNo, createdAt, updatedAt }: Difference): DifferenceAction {
  return { differenceNo, actor: PLATFORM_ACTOR, actionKind: "found", note: "", createdAt, updatedAt };
}

// These end by themselves; any other that the platform resolved had gone with a newer bill or newer books.
const ENDING: ReadonlySet<DifferenceCause> = new Set([
  "other_day",
  "near_midnight",
  "ended_later",
  "reversed",
  "one_cent_switch",
]);

/** Whether the platform ended a difference because it was not found any more. */
export function hadGone({
  differenceState,
  endedBy,
  cause,
}: Pick<Difference, "differenceState" | "endedBy" | "cause">): boolean {
  return differenceState === "resolved" && endedBy === PLATFORM_ACTOR && !ENDING.has(cause);
}

async function reopen(
  { ctx }: RunScope,
  { differenceNo }: KnownDifference,
  again: Difference | undefined,
): Promise<void> {
  const nowMs = ctx.clock.now();
  // What was asked about keeps its answer; money near midnight waits again.
  const waits = again?.cause === "near_midnight" && { cause: again.cause, proposedFix: again.proposedFix };
  await ctx.store.transaction((tx) =>
    moveDifference(tx, {
      from: { state: "resolved" },
      set: { ...waits, differenceState: "open", endedBy: null, endedAt: null, updatedAt: nowMs },
      action: {
        differenceNo,
        actor: PLATFORM_ACTOR,
        actionKind: "reopen",
        note: "found again",
        createdAt: nowMs,
        updatedAt: nowMs,
      },
    }),
  );
}

/** Counts the lines that agree with the books since these were repaired, as a run that is made again will. */
export async function countRepaired({ ctx, run }: RunScope, found: FoundDifferences, totals: Totals): Promise<void> {
  const lines = [...found.values()].filter(({ billLine }) => billLine !== null);
  for (let from = 0; from < lines.length; from += ROWS_AT_ONCE) {
    const some = lines.slice(from, from + ROWS_AT_ONCE).map(({ fingerprint }) => fingerprint);
    for (const { fingerprint, differenceState } of await findByFingerprints(ctx.store.db, run, some)) {
      if (differenceState === "repaired") totals.takeRepaired(found.get(fingerprint)?.appId ?? null);
    }
  }
}

const PAGE = 500;

/** Ends the open differences of the day that were not found any more, but those that a person has touched. */
export async function endGone({ ctx, run }: RunScope, found: FoundDifferences): Promise<void> {
  const { accountNo, businessDay } = run;
  for (let afterId = 0; ; ) {
    const page = await pageUntouched(ctx.store.db, { accountNo, businessDay, afterId, limit: PAGE });
    for (const { fingerprint, differenceNo } of page) {
      if (!found.has(fingerprint)) await endByPlatform(ctx, differenceNo, GONE);
    }
    afterId = page.at(-1)?.id ?? 0;
    if (page.length < PAGE) return;
  }
}
