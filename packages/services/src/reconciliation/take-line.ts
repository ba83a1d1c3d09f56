import {
  type BillLine,
  type BookSide,
  comparePayment,
  compareRefund,
  compareReversal,
  type Disagreement,
  feeExcess,
  moneyOf,
  type Verdict,
} from "@payhub/domain";
import { sideOfAttempt, sideOfHeld, sideOfRefund } from "./book-side.ts";
import { addFinding } from "./found.ts";
import type { LookedUp } from "./look-up.ts";
import type { MatchState } from "./match.ts";
import type { RunScope } from "./scope.ts";

const NO_MONEY = { paid: 0, givenBack: 0 } as const;

/** A line with what the books know of its numbers, and what the bill moves of its order in all. */
interface LookedUpLine {
  line: BillLine;
  books: LookedUp;
  order: { paid: number; givenBack: number } | undefined;
}

/** Compares a line that did not plainly agree with all that the books know; gives the record of ours that it is about. */
export function takeLine(scope: RunScope, state: MatchState, { line, books, order = NO_MONEY }: LookedUpLine): Seen {
  const attempt = books.attempts.get(line.outTradeNo);
  const refund = refundOf(line, books);
  const held = line.kind === "payment" ? books.held.get(line.channelTradeNo) : undefined;
  const own = attempt?.accountNo === scope.run.accountNo ? attempt : undefined;
  const { accountNo } = scope.run;
  const verdict = verdictOn(line, { accountNo, attempt, refund, held, order });
  const owner = own ?? held;
  state.totals.takeLine(owner?.appId ?? null, line, verdict.kind === "matched");
  const book = sideFor(line, { own, refund, held });
  const finding = { line, book, owner };
  if (verdict.kind === "differs") addFinding(scope, state.found, { ...finding, verdict });
  if (mayStay(line, verdict)) {
    const { feeRate } = scope.connected.account;
    const excess = feeRate === null || line.status === "failed" ? 0 : feeExcess(line, feeRate);
    if (excess !== 0) addFinding(scope, state.found, { ...finding, verdict: feeDiffers(excess) });
    if (own && isOneCent(line, own)) addFinding(scope, state.found, { ...finding, verdict: ONE_CENT });
  }
  const seen = line.kind === "refund" ? seenRefund(refund) : seenPayment(line, own);
  if (seen.at !== null && (seen.at < scope.fromMs || seen.at >= scope.toMs)) {
    state.otherDay.add(seen.number);
    if (verdict.kind === "matched" && verdict.by === "books") {
      addFinding(scope, state.found, { ...finding, verdict: otherDay(moneyOf(line)) });
    }
  }
  return seen;
}

/**
 * Whether a line's money agrees with the books, or will when the channel confirms it: what is to be said of it beside that is said
 * at once, so that a run after a repair finds nothing new.
 */
function mayStay({ kind }: BillLine, verdict: Verdict): boolean {
  if (verdict.kind === "matched") return verdict.by !== "reversed";
  const { differenceClass, cause } = verdict;
  if (kind === "reversal" || cause !== "channel_silent") return false;
  return differenceClass === "status_mismatch" || differenceClass === "missing_here";
}

/** Whether a line is the payment of an order that was charged one fen for another amount, and is not over without it. */
function isOneCent(
  { kind, status, amount, channelTradeNo }: BillLine,
  own: NonNullable<ReturnType<LookedUp["attempts"]["get"]>>,
): boolean {
  if (kind !== "payment" || status !== "succeeded") return false;
  if (own.amount === own.chargedAmount || amount !== own.chargedAmount) return false;
  return own.state === "succeeded"
    ? own.channelTradeNo === channelTradeNo
    : own.state !== "closed" && own.state !== "failed";
}

/** The refund that a line names; the same number at another order, as at another account's, is another refund's. */
function refundOf({ outTradeNo, outRefundNo }: BillLine, { refunds }: LookedUp) {
  const refund = outRefundNo === null ? undefined : refunds.get(outRefundNo);
  return refund?.attemptNo === outTradeNo ? refund : undefined;
}

/** The record that a line is about, and when it happened where that counts for a day. */
interface Seen {
  number: string;
  at: number | null;
}

function seenRefund(refund: ReturnType<LookedUp["refunds"]["get"]>): Seen {
  return { number: refund?.refundNo ?? "", at: refund?.status === "succeeded" ? refund.sentAt : null };
}

function seenPayment(line: BillLine, own: ReturnType<LookedUp["attempts"]["get"]>): Seen {
  const isSame = own?.channelTradeNo === line.channelTradeNo;
  return { number: isSame ? own.attemptNo : "", at: isSame && own.state === "succeeded" ? own.paidAt : null };
}

interface Known {
  accountNo: string;
  attempt: ReturnType<LookedUp["attempts"]["get"]>;
  refund: ReturnType<LookedUp["refunds"]["get"]>;
  held: ReturnType<LookedUp["held"]["get"]>;
  order: { paid: number; givenBack: number };
}

function verdictOn(line: BillLine, { accountNo, attempt, refund, held, order }: Known): Verdict {
  switch (line.kind) {
    case "payment":
      return comparePayment(line, { accountNo, attempt, held, givenBack: order.givenBack });
    case "refund": {
      const isAllGivenBack = order.paid > 0 && order.paid === order.givenBack;
      return compareRefund(line, { accountNo, refund, attempt, isAllGivenBack });
    }
    case "reversal":
      return compareReversal(line, { accountNo, attempt });
  }
}

function sideFor(
  line: BillLine,
  { own, refund, held }: Pick<Known, "refund" | "held"> & { own: Known["attempt"] },
): BookSide | undefined {
  if (line.kind === "refund") return refund && sideOfRefund(refund);
  const isPaidByLine = own?.state === "succeeded" && own.channelTradeNo === line.channelTradeNo;
  if (held && !isPaidByLine) return sideOfHeld(held);
  return own && sideOfAttempt(own);
}

const ONE_CENT: Disagreement = {
  kind: "differs",
  differenceClass: "one_cent",
  cause: "one_cent_switch",
  proposedFix: "none",
  differenceState: "accepted",
  delta: 0,
};

function feeDiffers(delta: number): Disagreement {
  return {
    kind: "differs",
    differenceClass: "fee_mismatch",
    cause: "fee_rate",
    proposedFix: "check_by_hand",
    differenceState: "open",
    delta,
  };
}

function otherDay(delta: number): Disagreement {
  return {
    kind: "differs",
    differenceClass: "day_boundary",
    cause: "other_day",
    proposedFix: "none",
    differenceState: "resolved",
    delta,
  };
}
