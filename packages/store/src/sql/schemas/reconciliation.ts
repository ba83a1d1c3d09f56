import { defineEntity, p } from "@mikro-orm/core";
import type { BillFile, FundFlowKind, RunStage, RunState } from "@payhub/domain";
import { fen, identifier, moment, rowId, word } from "./columns.ts";

const day = () => p.string().length(10);

/** Whose account and day a row of reconciliation is about. */
const subject = () => ({
  accountNo: identifier(),
  merchantNo: identifier(),
  channel: word<string>(),
  businessDay: day(),
});

export const billFileSchema = defineEntity({
  name: "bill_file",
  tableName: "bill_file",
  properties: {
    id: rowId(),
    accountNo: identifier(),
    businessDay: day(),
    billKind: word<BillFile["billKind"]>(),
    digest: p.string().length(64),
    sizeBytes: p.bigint("number"),
    billState: word<BillFile["billState"]>(),
    failure: p.string().length(255).nullable(),
    createdAt: moment(),
    updatedAt: moment(),
  },
  uniques: [{ name: "bill_file_digest", properties: ["accountNo", "businessDay", "billKind", "digest"] }],
});

export const reconciliationRunSchema = defineEntity({
  name: "reconciliation_run",
  tableName: "reconciliation_run",
  properties: {
    id: rowId(),
    runNo: identifier(),
    ...subject(),
    runState: word<RunState>(),
    stage: word<RunStage>(),
    linesRead: p.integer(),
    compared: p.integer(),
    tradeBill: p.string().length(64).nullable(),
    fundFlowBill: p.string().length(64).nullable(),
    requestedBy: p.string().length(64),
    tryCount: p.integer(),
    nextTryAt: moment().nullable(),
    failure: p.string().length(255).nullable(),
    finishedAt: moment().nullable(),
    createdAt: moment(),
    updatedAt: moment(),
  },
  uniques: [
    { name: "reconciliation_run_run_no", properties: ["runNo"] },
    { name: "reconciliation_run_day", properties: ["accountNo", "businessDay"] },
  ],
  indexes: [
    { name: "reconciliation_run_next_try", properties: ["nextTryAt"] },
    { name: "reconciliation_run_business_day", properties: ["businessDay"] },
    { name: "reconciliation_run_state", properties: ["runState", "businessDay"] },
  ],
});

export const dayTotalSchema = defineEntity({
  name: "day_total",
  tableName: "day_total",
  properties: {
    id: rowId(),
    ...subject(),
    appId: identifier(),
    bookPaymentCount: p.integer(),
    bookPaymentAmount: fen(),
    bookRefundCount: p.integer(),
    bookRefundAmount: fen(),
    billPaymentCount: p.integer(),
    billPaymentAmount: fen(),
    billRefundCount: p.integer(),
    billRefundAmount: fen(),
    billFee: fen(),
    matchedCount: p.integer(),
    createdAt: moment(),
    updatedAt: moment(),
  },
  uniques: [{ name: "day_total_app", properties: ["accountNo", "businessDay", "appId"] }],
  indexes: [{ name: "day_total_business_day", properties: ["businessDay"] }],
});

export const fundFlowTotalSchema = defineEntity({
  name: "fund_flow_total",
  tableName: "fund_flow_total",
  properties: {
    id: rowId(),
    ...subject(),
    flowKind: word<FundFlowKind>(),
    inCount: p.integer(),
    inAmount: fen(),
    outCount: p.integer(),
    outAmount: fen(),
    createdAt: moment(),
    updatedAt: moment(),
  },
  uniques: [{ name: "fund_flow_total_kind", properties: ["accountNo", "businessDay", "flowKind"] }],
  indexes: [
    { name: "fund_flow_total_business_day", properties: ["businessDay"] },
    { name: "fund_flow_total_merchant", properties: ["merchantNo", "businessDay"] },
  ],
});
