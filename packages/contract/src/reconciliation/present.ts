import { type BillFile, type DifferenceAction, isoShanghai, type ReconciliationRun } from "@payhub/domain";
import type { AgedDifference } from "../ports.ts";
import type { DifferenceActionView, DifferenceView } from "./difference-schemas.ts";
import type { BillFileView, RunView } from "./schemas.ts";

/** Writes a difference for the wire. */
export function presentDifference(difference: AgedDifference): DifferenceView {
  const { billLine, bookSide } = difference;
  return {
    differenceNo: difference.differenceNo,
    businessDay: difference.businessDay,
    ageDays: difference.ageDays,
    accountNo: difference.accountNo,
    merchantNo: difference.merchantNo,
    channel: difference.channel,
    differenceClass: difference.differenceClass,
    cause: difference.cause,
    proposedFix: difference.proposedFix,
    differenceState: difference.differenceState,
    appId: difference.appId,
    paymentNo: difference.paymentNo,
    outTradeNo: difference.outTradeNo,
    channelTradeNo: difference.channelTradeNo,
    outRefundNo: difference.outRefundNo,
    delta: difference.delta,
    billLine: billLine && { ...billLine, occurredAt: isoShanghai(billLine.occurredAt) },
    bookSide: bookSide && { ...bookSide, occurredAt: isoOrNull(bookSide.occurredAt) },
    facts: difference.facts,
    assignee: difference.assignee,
    pendingFix: difference.pendingFix,
    pendingBy: difference.pendingBy,
    endedBy: difference.endedBy,
    endedAt: isoOrNull(difference.endedAt),
    foundAt: isoShanghai(difference.createdAt),
  };
}

/** Writes what was done about a difference. */
export function presentAction({ actor, actionKind, note, createdAt }: DifferenceAction): DifferenceActionView {
  return { actor, actionKind, note, at: isoShanghai(createdAt) };
}

/** Writes a run for the wire. */
export function presentRun(run: ReconciliationRun): RunView {
  return {
    runNo: run.runNo,
    accountNo: run.accountNo,
    merchantNo: run.merchantNo,
    channel: run.channel,
    businessDay: run.businessDay,
    runState: run.runState,
    stage: run.stage,
    linesRead: run.linesRead,
    compared: run.compared,
    tradeBill: run.tradeBill,
    fundFlowBill: run.fundFlowBill,
    requestedBy: run.requestedBy,
    tryCount: run.tryCount,
    nextTryAt: isoOrNull(run.nextTryAt),
    failure: run.failure,
    finishedAt: isoOrNull(run.finishedAt),
    createdAt: isoShanghai(run.createdAt),
  };
}

/** Writes a stored bill for the wire. */
export function presentBillFile(file: BillFile): BillFileView {
  const { billKind, digest, sizeBytes, billState, failure, createdAt } = file;
  return { billKind, digest, sizeBytes, billState, failure, createdAt: isoShanghai(createdAt) };
}

function isoOrNull(epochMs: number | null): string | null {
  return epochMs === null ? null : isoShanghai(epochMs);
}
