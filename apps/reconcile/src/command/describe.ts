import { stripVTControlCharacters } from "node:util";
import { isoShanghai, type ReconciliationRun, type StatementTotals, yuanFromFen } from "@payhub/domain";
import Table from "cli-table3";
import type { DayReport } from "./report.ts";

const INDENT = "  ";
const STYLE = { head: [], border: [], compact: true };

/** Writes an account's day for a person at a terminal; amounts in yuan. */
export function describeDay(report: DayReport, billStore: string): string {
  const { account, merchantName, run, totals, workList } = report;
  const { differences, openCount } = totals;
  const parts = [
    `${run.businessDay}  ${account.accountNo}  ${account.channel}  ${plain(merchantName)} / ${plain(account.name)}`,
    indent(describeEnd(report)),
  ];
  // Of a day that is not done the sums are none, or those of a run before.
  if (run.runState === "done") parts.push(indent(describeSums(totals)));
  if (differences.length > 0) parts.push(indent("differences"), indent(describeDifferences(report)));
  if (openCount > 0) {
    const shown = workList.length < openCount ? `the first ${workList.length} of ${openCount}` : `${openCount}`;
    parts.push(indent(`work list: ${shown}`), indent(describeWorkList(report)));
  }
  parts.push(indent(describeBills(run, billStore)));
  return `${parts.join("\n")}\n`;
}

function describeEnd({ run, totals }: DayReport): string {
  const { runState, nextTryAt } = run;
  const failure = run.failure === null ? null : plain(run.failure);
  const again = nextTryAt === null ? "it is not tried again" : `tried again at ${isoShanghai(nextTryAt).slice(0, 16)}`;
  switch (runState) {
    case "done":
      return `done: ${totals.explainedPercent} % explained, ${totals.matchedCount} lines agree with the books`;
    case "waiting":
      return `no bill yet: ${failure ?? "the channel does not have it"}; ${again}`;
    case "refused":
      return `the bill cannot be trusted: ${failure ?? "see the log"}; ${again}`;
    case "requested":
    case "running":
      return `not done: ${failure ?? "it goes on at its next run"}`;
  }
}

function describeSums({ books, bill, fee }: StatementTotals): string {
  const table = new Table({
    head: ["", "books", "¥", "bill", "¥", "bill − books ¥"],
    colAligns: ["left", "right", "right", "right", "right", "right"],
    style: STYLE,
  });
  const row = (name: string, ours: number, theirs: number, counts: [number, number] | ["", ""] = ["", ""]) =>
    table.push([name, counts[0], yuanFromFen(ours), counts[1], yuanFromFen(theirs), yuanFromFen(theirs - ours)]);
  row("payments", books.paymentAmount, bill.paymentAmount, [books.paymentCount, bill.paymentCount]);
  row("refunds", books.refundAmount, bill.refundAmount, [books.refundCount, bill.refundCount]);
  // Only the channel says what it keeps.
  row("fees", fee, fee);
  row("net", books.net, bill.net);
  return table.toString();
}

function describeDifferences({ totals }: DayReport): string {
  const table = new Table({
    head: ["class", "state", "count", "bill − books ¥"],
    colAligns: ["left", "left", "right", "right"],
    style: STYLE,
  });
  for (const { differenceClass, differenceState, count, delta } of totals.differences) {
    table.push([differenceClass, differenceState, count, yuanFromFen(delta)]);
  }
  return table.toString();
}

function describeWorkList({ workList }: DayReport): string {
  const table = new Table({
    head: ["difference", "class", "cause", "fix", "order or refund", "bill − books ¥"],
    colAligns: ["left", "left", "left", "left", "left", "right"],
    style: STYLE,
  });
  for (const difference of workList) {
    const { differenceNo, differenceClass, cause, proposedFix, outRefundNo, outTradeNo, delta } = difference;
    table.push([
      differenceNo,
      differenceClass,
      cause,
      proposedFix,
      plain(outRefundNo ?? outTradeNo ?? ""),
      yuanFromFen(delta),
    ]);
  }
  return table.toString();
}

function describeBills({ tradeBill, fundFlowBill }: ReconciliationRun, billStore: string): string {
  return [
    `trade bill      ${tradeBill ?? "none"}`,
    `fund-flow bill  ${fundFlowBill ?? "none"}`,
    `kept in         ${billStore}, under these SHA-256`,
  ].join("\n");
}

function indent(text: string): string {
  return text.replace(/^/gm, INDENT);
}

/** A bill's numbers and people's names are others' words: they must not steer the terminal. */
function plain(text: string): string {
  return stripVTControlCharacters(text).replace(/\p{C}/gu, "");
}
