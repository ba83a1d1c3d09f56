import { type DifferenceAction, PLATFORM_ACTOR } from "@payhub/domain";
import { type DifferenceRow, moveDifference, pageOpenAsks } from "@payhub/store";
import { takeEach } from "../each-due.ts";
import { askAbout } from "./ask.ts";
import type { Explanation } from "./explanation.ts";
import type { RunScope } from "./scope.ts";

const PAGE = 200;
const CONCURRENCY = 5;
const ASKS_LIMIT = 5_000;
// A channel that answers nothing is not asked five thousand times.
const SILENCE_LIMIT = 25;

/** What asking came to: how many differences were repaired, and whether some are to be asked about again. */
export interface Explained {
  repaired: number;
  isSilent: boolean;
}

/** Asks the channel about every open difference of the day that is to be asked about, and writes down what it found out. */
export async function explainDifferences(scope: RunScope): Promise<Explained> {
  const { ctx, run, meter } = scope;
  const { accountNo, businessDay } = run;
  const explained = { repaired: 0, isSilent: false };
  let asked = 0;
  let silentInARow = 0;

  async function take(difference: DifferenceRow): Promise<boolean> {
    if (scope.signal.aborted || asked >= ASKS_LIMIT || silentInARow >= SILENCE_LIMIT) return false;
    asked++;
    silentInARow++;
    const explanation = await askAbout(ctx, { difference, connected: scope.connected });
    if (!explanation) return false;
    silentInARow = 0;
    if (explanation.differenceState === "repaired") explained.repaired++;
    await ctx.fault("channel.answered");
    await noteDown(scope, difference, explanation);
    return true;
  }

  for (let afterId = 0; ; ) {
    const page = await pageOpenAsks(ctx.store.db, { accountNo, businessDay, afterId, limit: PAGE });
    const about = ({ differenceNo }: DifferenceRow) => ({ differenceNo });
    const taken = await takeEach(ctx, page, { concurrency: CONCURRENCY, take, about });
    scope.signal.throwIfAborted();
    if (taken < page.length) explained.isSilent = true;
    const told = meter.count({});
    if (told) await told;
    afterId = page.at(-1)?.id ?? 0;
    if (page.length < PAGE) return explained;
  }
}

const ACTIONS = { open: "note", repaired: "repaired", resolved: "resolve" } as const satisfies Record<
  Explanation["differenceState"],
  DifferenceAction["actionKind"]
>;

async function noteDown(
  { ctx }: RunScope,
  { differenceNo }: DifferenceRow,
  { cause, proposedFix, differenceState, note }: Explanation,
): Promise<void> {
  const nowMs = ctx.clock.now();
  const isEnded = differenceState !== "open";
  await ctx.store.transaction((tx) =>
    moveDifference(tx, {
      from: { state: "open", fix: "ask_again" },
      set: {
        cause,
        proposedFix,
        differenceState,
        endedBy: isEnded ? PLATFORM_ACTOR : null,
        endedAt: isEnded ? nowMs : null,
        updatedAt: nowMs,
      },
      action: {
        differenceNo,
        actor: PLATFORM_ACTOR,
        actionKind: ACTIONS[differenceState],
        note,
        createdAt: nowMs,
        updatedAt: nowMs,
      },
    }),
  );
}
