import { businessDay, type Disagreement, neighbourOf, toBeAsked } from "@payhub/domain";
import { findElsewhere } from "@payhub/store";
import { moneyOfSide, sideOfAttempt, sideOfRefund } from "./book-side.ts";
import { addFinding } from "./found.ts";
import { lookUp } from "./look-up.ts";
import type { MatchState } from "./match.ts";
import type { ComparedPart } from "./part.ts";
import { type BookRecord, recordOfText } from "./record-text.ts";
import type { RunScope } from "./scope.ts";
import { hadGone } from "./store-found.ts";

/** Takes the records of a part that no line is about: they are on another day, wait for midnight's other side, or are missing. */
export async function takeMissing(scope: RunScope, state: MatchState, part: ComparedPart): Promise<void> {
  const unseen = part.records.filter(({ lines }) => lines === 0).map(({ text }) => recordOfText(text));
  for (const { refundNo, attemptNo, at } of unseen) {
    if (neighbourOf(scope.run.businessDay, at) !== undefined) state.lacking.add(refundNo || attemptNo);
  }
  const records = withoutNamed(unseen, state.named);
  for (let from = 0; from < records.length; from += RECORDS_AT_ONCE) {
    await takeSome(scope, state, records.slice(from, from + RECORDS_AT_ONCE));
    scope.signal.throwIfAborted();
  }
}

const RECORDS_AT_ONCE = 500;

/**
 * Leaves out the records that stand in lines which could not be read, since those are differences of their own. One line is one
 * record's: without a refund's number it is the order's payment, or one of its refunds when that is there.
 */
function withoutNamed(records: readonly BookRecord[], named: ReadonlyMap<string, number>): readonly BookRecord[] {
  const taken = new Map<string, number>();
  const take = (number: string) => taken.set(number, (taken.get(number) ?? 0) + 1);
  const isLeft = (number: string) => (named.get(number) ?? 0) > (taken.get(number) ?? 0);
  const withNumber = (record: BookRecord) => {
    if (record.refundNo === "" || !isLeft(record.refundNo)) return true;
    take(record.refundNo);
    take(record.attemptNo);
    return false;
  };
  const withOrder = ({ attemptNo }: BookRecord) => {
    if (!isLeft(attemptNo)) return true;
    take(attemptNo);
    return false;
  };
  const others = records.filter(withNumber);
  const payments = others.filter(({ refundNo }) => refundNo === "").filter(withOrder);
  return [...payments, ...others.filter(({ refundNo }) => refundNo !== "").filter(withOrder)];
}

async function takeSome(scope: RunScope, state: MatchState, records: readonly BookRecord[]): Promise<void> {
  const { run, ctx } = scope;
  const attemptNos = records.filter(({ refundNo }) => refundNo === "").map(({ attemptNo }) => attemptNo);
  const refundNos = records.flatMap(({ refundNo }) => refundNo || []);
  const elsewhere = new Set<string>();
  const found = await findElsewhere(ctx.store.db, run, { outTradeNos: attemptNos, outRefundNos: refundNos });
  for (const difference of found) {
    const { cause, differenceClass, bookSide } = difference;
    const isMissing = differenceClass === "missing_there" && !hadGone(difference);
    if (bookSide && (cause === "other_day" || isMissing)) elsewhere.add(bookSide.number);
  }
  const books = await lookUp(scope, { attemptNos, refundNos, channelTradeNos: [] });
  for (const { attemptNo, refundNo, at } of records) {
    if (elsewhere.has(refundNo || attemptNo)) continue;
    const record = refundNo ? books.refunds.get(refundNo) : books.attempts.get(attemptNo);
    if (!record) continue;
    const book = "refundNo" in record ? sideOfRefund(record) : sideOfAttempt(record);
    const neighbour = neighbourOf(run.businessDay, at);
    // Before the account was opened there is no day to be waited for.
    const isDay = neighbour !== undefined && neighbour >= businessDay(scope.connected.account.createdAt);
    const waits = isDay && !state.doneNeighbours.has(neighbour);
    const delta = -moneyOfSide(book);
    const verdict = waits ? nearMidnight(delta) : toBeAsked("missing_there", delta);
    addFinding(scope, state.found, { verdict, book, owner: record, outTradeNo: attemptNo });
  }
}

function nearMidnight(delta: number): Disagreement {
  return {
    kind: "differs",
    differenceClass: "day_boundary",
    cause: "near_midnight",
    proposedFix: "wait_for_next_day",
    differenceState: "open",
    delta,
  };
}
