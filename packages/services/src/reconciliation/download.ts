import { createHash } from "node:crypto";
import { access } from "node:fs/promises";
import { join } from "node:path";
import type { BillOutcome } from "@payhub/channels";
import type { BillFile, BillKind } from "@payhub/domain";
import { findBillFile, hasBookMoney, saveBillFile } from "@payhub/store";
import { failureText } from "../failure.ts";
import { isAfterNoon } from "./due-times.ts";
import type { RunScope } from "./scope.ts";
import { tellOfBill } from "./tell-of-bill.ts";

/** A day's bill, as far as it can be had. */
export type Obtained =
  | { kind: "file"; digest: string }
  /** There was no business. */
  | { kind: "none" }
  | { kind: "missing" | "refused"; reason: string };

/** How a bill is wanted: `isAnew` asks the channel though one is stored. */
interface Wanted {
  billKind: BillKind;
  directory: string;
  isAnew: boolean;
  /** Whether the day may be without business, as far as is known. */
  mayBeEmpty: () => Promise<boolean>;
}

/** Gets a day's bill: the stored one unless business came to light since, or the channel's, which then is stored as it came. */
export async function obtainBill(scope: RunScope, wanted: Wanted): Promise<Obtained> {
  const { ctx, run, connected } = scope;
  const { accountNo, businessDay } = run;
  const { billKind, directory } = wanted;
  const newest = await findBillFile(ctx.store.db, { accountNo, businessDay, billKind });
  const stored = newest?.billState === "none" && !(await wanted.mayBeEmpty()) ? undefined : newest;
  if (stored && !wanted.isAnew) return obtainedOf(stored);
  const path = join(directory, `${billKind}.bill`);
  const outcome = await connected.connection.fetchBill({ billKind, businessDay, path });
  scope.signal.throwIfAborted();
  switch (outcome.kind) {
    case "fetched":
      return { kind: "file", digest: await keepBill(scope, { billKind, path }) };
    case "refused": {
      const { reason } = outcome;
      if (await isThere(path)) await keepBill(scope, { billKind, path, failure: reason });
      await tellOfBill(scope, "bill_refused", { billKind, reason });
      return { kind: "refused", reason };
    }
    case "none":
      return stored ? obtainedOf(stored) : noteNone(scope, billKind);
    case "absent":
      if (stored) return obtainedOf(stored);
      return (await isEmptyDay(scope, wanted)) ? noteNone(scope, billKind) : missing(outcome);
    case "not_ready":
    case "declined":
    case "unknown":
    case "unsent":
      return stored ? obtainedOf(stored) : missing(outcome);
  }
}

function obtainedOf({ billState, digest }: BillFile): Obtained {
  return billState === "none" ? { kind: "none" } : { kind: "file", digest };
}

function missing(
  outcome: Extract<BillOutcome, { kind: "absent" | "not_ready" | "declined" | "unknown" | "unsent" }>,
): Obtained {
  switch (outcome.kind) {
    case "not_ready":
      return { kind: "missing", reason: "the bill is still being made" };
    case "absent":
      return { kind: "missing", reason: "the bill is not there" };
    case "declined":
      return { kind: "missing", reason: `the channel declined: ${outcome.code} ${outcome.message}` };
    case "unknown":
    case "unsent":
      return { kind: "missing", reason: outcome.reason };
  }
}

/** A channel that cannot tell "not yet" from "no business" is believed from noon on, when the books have nothing either. */
async function isEmptyDay({ ctx, run, fromMs, toMs }: RunScope, { mayBeEmpty }: Wanted): Promise<boolean> {
  if (!isAfterNoon(run.businessDay, ctx.clock.now())) return false;
  if (await hasBookMoney(ctx.store.db, { accountNo: run.accountNo, fromMs, toMs })) return false;
  return mayBeEmpty();
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function keepBill(
  { ctx, run }: RunScope,
  { billKind, path, failure }: { billKind: BillKind; path: string; failure?: string },
): Promise<string> {
  const { digest, sizeBytes } = await ctx.bills.keep(path);
  const billState = failure === undefined ? "accepted" : "refused";
  await saveBillFile(ctx.store.db, rowOf({ ctx, run }, { billKind, digest, sizeBytes, billState, failure }));
  return digest;
}

const NO_BYTES = createHash("sha256").digest("hex");

async function noteNone({ ctx, run }: RunScope, billKind: BillKind): Promise<Obtained> {
  const row = rowOf({ ctx, run }, { billKind, digest: NO_BYTES, sizeBytes: 0, billState: "none", failure: undefined });
  await saveBillFile(ctx.store.db, row);
  return { kind: "none" };
}

/** Notes that a stored bill turned out to be unreadable; it is kept for inspection, and not used again. */
export async function refuseBill(
  scope: RunScope,
  { billKind, digest, reason }: { billKind: BillKind; digest: string; reason: string },
): Promise<void> {
  const fields = { billKind, digest, sizeBytes: 0, billState: "refused", failure: reason } as const;
  await saveBillFile(scope.ctx.store.db, rowOf(scope, fields));
  await tellOfBill(scope, "bill_refused", { billKind, reason });
}

function rowOf(
  { ctx, run }: Pick<RunScope, "ctx" | "run">,
  fields: Pick<BillFile, "billKind" | "digest" | "sizeBytes" | "billState"> & { failure: string | undefined },
): BillFile {
  const nowMs = ctx.clock.now();
  const { accountNo, businessDay } = run;
  const failure = fields.failure === undefined ? null : failureText(fields.failure);
  return { accountNo, businessDay, ...fields, failure, createdAt: nowMs, updatedAt: nowMs };
}
