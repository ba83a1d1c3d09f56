import { type Difference, type DifferenceAction, PayhubError } from "@payhub/domain";
import {
  appendDifferenceAction,
  type Db,
  type DifferenceHandling,
  findLastAction,
  lockDifference,
  updateDifference,
} from "@payhub/store";
import type { ServiceContext } from "../../context.ts";
import { type AgedDifference, withAge } from "./age.ts";

/** What someone does about a difference; `actor` is the operator's name. */
export interface Act {
  differenceNo: string;
  actor: string;
  note: string;
}

type Acting = Act & Pick<DifferenceAction, "actionKind">;

/** What an act makes of a difference, or its refusal. */
export type Change = (difference: Difference, nowMs: number) => DifferenceHandling;

/**
 * Changes a difference and notes who did it, in one transaction. The same act by the same actor right after itself is a repeat and
 * changes nothing. Refuses with `NOT_FOUND`, and with what `change` refuses.
 */
export async function act(ctx: ServiceContext, acting: Acting, change: Change): Promise<AgedDifference> {
  return withAge(ctx, await ctx.store.transaction((tx) => actWithin(ctx, tx, acting, change)));
}

/** Does the same inside a transaction that has something else to write. */
export async function actWithin(ctx: ServiceContext, tx: Db, acting: Acting, change: Change): Promise<Difference> {
  const { differenceNo, actor, actionKind, note } = acting;
  const difference = await lockDifference(tx, differenceNo, ctx.store.dialect);
  if (!difference) throw unknownDifference(differenceNo);
  if (await isRepeat(tx, acting)) return difference;
  const nowMs = ctx.clock.now();
  const set = { ...change(difference, nowMs), updatedAt: nowMs };
  await updateDifference(tx, differenceNo, set);
  await appendDifferenceAction(tx, { differenceNo, actor, actionKind, note, createdAt: nowMs, updatedAt: nowMs });
  return { ...difference, ...set };
}

/** Whether an act was the last thing done about its difference. */
export async function isRepeat(db: Db, { differenceNo, actor, actionKind, note }: Acting): Promise<boolean> {
  const last = await findLastAction(db, differenceNo);
  return last?.actor === actor && last.actionKind === actionKind && last.note === note;
}

/** The refusal of a number that no difference has, or none that the caller may see. */
export function unknownDifference(differenceNo: string): PayhubError {
  return new PayhubError("NOT_FOUND", `there is no difference ${differenceNo}`);
}

/** Refuses what can only be done to an open difference. */
export function assertOpen({ differenceNo, differenceState }: Difference): void {
  if (differenceState === "open") return;
  const hint = differenceState === "repaired" ? "that is final" : "reopen it first";
  throw new PayhubError("ORDER_CONFLICT", `difference ${differenceNo} is ${differenceState}; ${hint}`, {
    details: { differenceNo, differenceState },
  });
}

/** Refuses to end a difference whose fix waits for its approval. */
export function assertNothingPending({ differenceNo, pendingFix, pendingBy }: Difference): void {
  if (pendingFix === null) return;
  throw new PayhubError(
    "ORDER_CONFLICT",
    `${pendingBy} proposed ${pendingFix} for difference ${differenceNo}; approve or reject it first`,
    { details: { differenceNo, pendingFix, pendingBy } },
  );
}

/** Refuses an act whose reason must be told. */
export function assertNoted({ note }: Act): void {
  if (note.trim() === "") throw new PayhubError("INVALID_INPUT", "note: say why; whoever reads the books later asks");
}
