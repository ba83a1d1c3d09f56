import { createHash } from "node:crypto";
import {
  type BillLine,
  type BookSide,
  type Difference,
  type Disagreement,
  fingerprintText,
  issueNumber,
  PLATFORM_ACTOR,
} from "@payhub/domain";
import type { RunScope } from "./scope.ts";

/** How many differences one run may have: more is another account's bill rather than so many faults. */
const DIFFERENCE_LIMIT = 100_000;

/** A run found more differences than people could ever look at. */
export class TooManyDifferences extends Error {
  override readonly name = "TooManyDifferences";
}

/** One thing that bill and books disagree on, as it was found. */
export interface Finding {
  verdict: Disagreement;
  line?: BillLine | undefined;
  book?: BookSide | undefined;
  facts?: Difference["facts"];
  /** Whose order it is. */
  owner?: { appId: string | null; paymentNo: string | null } | undefined;
  /** The order's number, where neither side gives it. */
  outTradeNo?: string | null;
  ordinal?: number;
}

/** What a run found, each once, by fingerprint. */
export type FoundDifferences = Map<string, Difference>;

/** Adds a finding; throws {@link TooManyDifferences} beyond the limit. */
export function addFinding({ ctx, run }: RunScope, found: FoundDifferences, finding: Finding): void {
  const { verdict, line, book, facts = null, owner, ordinal = 0 } = finding;
  const billLine = line ?? null;
  const bookSide = book ?? null;
  const { differenceClass } = verdict;
  const text = fingerprintText({ differenceClass, billLine, bookSide, facts, ordinal });
  const fingerprint = createHash("sha256").update(text).digest("hex");
  if (found.has(fingerprint)) return;
  if (found.size >= DIFFERENCE_LIMIT) {
    throw new TooManyDifferences(`more than ${DIFFERENCE_LIMIT} differences: is it the right account?`);
  }
  const nowMs = ctx.clock.now();
  const isEnded = verdict.differenceState !== "open";
  found.set(fingerprint, {
    differenceNo: issueNumber("difference", ctx),
    accountNo: run.accountNo,
    merchantNo: run.merchantNo,
    channel: run.channel,
    businessDay: run.businessDay,
    fingerprint,
    differenceClass,
    cause: verdict.cause,
    proposedFix: verdict.proposedFix,
    differenceState: verdict.differenceState,
    appId: owner?.appId ?? null,
    paymentNo: owner?.paymentNo ?? null,
    outTradeNo: line?.outTradeNo ?? finding.outTradeNo ?? null,
    channelTradeNo: line?.channelTradeNo ?? book?.channelTradeNo ?? null,
    outRefundNo: line ? line.outRefundNo : refundNoOf(book),
    delta: verdict.delta,
    billLine,
    bookSide,
    facts,
    assignee: null,
    pendingFix: null,
    pendingBy: null,
    endedBy: isEnded ? PLATFORM_ACTOR : null,
    endedAt: isEnded ? nowMs : null,
    createdAt: nowMs,
    updatedAt: nowMs,
  });
}

function refundNoOf(book: BookSide | undefined): string | null {
  return book?.kind === "refund" ? book.number : null;
}
