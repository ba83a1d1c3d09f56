import { moneyOf } from "@payhub/domain";
import { addFinding, type FoundDifferences } from "./found.ts";
import { lookUpLines } from "./look-up.ts";
import { type ComparedPart, comparePart, moneyByOrder, type PartRecord } from "./part.ts";
import { createPartReader } from "./part-reader.ts";
import { PARTS, pathOfPart } from "./partition.ts";
import { recordOfText } from "./record-text.ts";
import type { RunScope } from "./scope.ts";
import { takeLine } from "./take-line.ts";
import { takeMissing } from "./take-missing.ts";
import type { Totals } from "./totals.ts";

/** What matching fills in. */
export interface MatchState {
  found: FoundDifferences;
  totals: Totals;
  /** Words of the lines that could not be read, with how many of them have each. */
  named: ReadonlyMap<string, number>;
  /** Numbers of the records of other days that this bill has. */
  otherDay: Set<string>;
  /** Numbers of the day's own records near midnight that this bill lacks. */
  lacking: Set<string>;
  /** The days before and after, as far as they were reconciled already. */
  doneNeighbours: ReadonlySet<string>;
}

/** Compares bill and books part by part, so that no more than one part of a day is in memory. */
export async function matchParts(scope: RunScope, state: MatchState, directory: string): Promise<void> {
  const { feeRate } = scope.connected.account;
  const readers = { line: createPartReader(), record: createPartReader() };
  for (let part = 0; part < PARTS; part++) {
    const [rows, records] = await Promise.all([
      readers.line.read(pathOfPart(directory, "line", part)),
      readers.record.read(pathOfPart(directory, "record", part)),
    ]);
    const compared = comparePart({ rows, records }, { feeRate, totals: state.totals });
    await takeLeftovers(scope, state, { rows, compared });
    await takeMissing(scope, state, compared);
    const told = scope.meter.count({ compared: compared.count });
    if (told) await told;
  }
}

const LINES_AT_ONCE = 2_000;

async function takeLeftovers(
  scope: RunScope,
  state: MatchState,
  { rows, compared }: { rows: Iterable<string>; compared: ComparedPart },
): Promise<void> {
  const { leftovers, copies, concerned } = compared;
  if (leftovers.length + copies.length === 0) return;
  const byNumber = new Map(concerned.map((record) => [numberOf(record), record]));
  const orders = moneyByOrder(rows, new Set(leftovers.map(({ outTradeNo }) => outTradeNo)));
  for (let from = 0; from < leftovers.length; from += LINES_AT_ONCE) {
    const lines = leftovers.slice(from, from + LINES_AT_ONCE);
    const books = await lookUpLines(scope, lines);
    for (const line of lines) {
      const { number, at } = takeLine(scope, state, { line, books, order: orders.get(line.outTradeNo) });
      const record = byNumber.get(number);
      if (record) record.lines++;
      // It came into the books after they were read.
      else if (at !== null && at >= scope.fromMs && at < scope.toMs) takeLate(state, line, books);
    }
    scope.signal.throwIfAborted();
  }
  const books = await lookUpLines(
    scope,
    copies.map(({ line }) => line),
  );
  for (const { line, ordinal } of copies) takeCopy(scope, state, { line, ordinal, books });
}

function numberOf({ text }: PartRecord): string {
  const { refundNo, attemptNo } = recordOfText(text);
  return refundNo || attemptNo;
}

type Books = Awaited<ReturnType<typeof lookUpLines>>;
type Line = ComparedPart["leftovers"][number];

function takeLate({ totals }: MatchState, line: Line, { attempts, refunds }: Books): void {
  const record = line.kind === "refund" ? refunds.get(line.outRefundNo ?? "") : attempts.get(line.outTradeNo);
  if (record) totals.takeRecord(record.appId, line.kind === "refund" ? "refund" : "payment", record.chargedAmount);
}

function takeCopy(
  scope: RunScope,
  { found, totals }: MatchState,
  { line, ordinal, books }: ComparedPart["copies"][number] & { books: Books },
): void {
  const attempt = books.attempts.get(line.outTradeNo);
  const owner = attempt?.accountNo === scope.run.accountNo ? attempt : books.held.get(line.channelTradeNo);
  totals.takeLine(owner?.appId ?? null, line, false);
  addFinding(scope, found, {
    verdict: {
      kind: "differs",
      differenceClass: "duplicate_line",
      cause: "written_twice",
      proposedFix: "ask_for_new_bill",
      differenceState: "open",
      delta: moneyOf(line),
    },
    line,
    owner,
    ordinal,
  });
}
