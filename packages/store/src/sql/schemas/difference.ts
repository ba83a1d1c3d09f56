import { defineEntity, p } from "@mikro-orm/core";
import type { BillLine, BookSide, Difference, DifferenceAction } from "@payhub/domain";
import { fen, identifier, moment, rowId, word } from "./columns.ts";

export const differenceSchema = defineEntity({
  name: "difference",
  tableName: "difference",
  properties: {
    id: rowId(),
    differenceNo: identifier(),
    accountNo: identifier(),
    merchantNo: identifier(),
    channel: word<string>(),
    businessDay: p.string().length(10),
    fingerprint: p.string().length(64),
    differenceClass: word<Difference["differenceClass"]>(),
    cause: word<Difference["cause"]>(),
    proposedFix: word<Difference["proposedFix"]>(),
    differenceState: word<Difference["differenceState"]>(),
    appId: identifier().nullable(),
    paymentNo: identifier().nullable(),
    outTradeNo: p.string().length(64).nullable(),
    channelTradeNo: p.string().length(64).nullable(),
    outRefundNo: p.string().length(64).nullable(),
    delta: fen(),
    billLine: p.json<BillLine>().nullable(),
    bookSide: p.json<BookSide>().nullable(),
    facts: p.json<Readonly<Record<string, string | number>>>().nullable(),
    assignee: p.string().length(64).nullable(),
    pendingFix: word<Difference["proposedFix"]>().nullable(),
    pendingBy: p.string().length(64).nullable(),
    endedBy: p.string().length(64).nullable(),
    endedAt: moment().nullable(),
    createdAt: moment(),
    updatedAt: moment(),
  },
  uniques: [
    { name: "difference_difference_no", properties: ["differenceNo"] },
    { name: "difference_fingerprint", properties: ["accountNo", "businessDay", "fingerprint"] },
  ],
  indexes: [
    { name: "difference_business_day", properties: ["businessDay"] },
    { name: "difference_state", properties: ["differenceState", "businessDay"] },
    { name: "difference_app", properties: ["appId", "businessDay"] },
    { name: "difference_account", properties: ["accountNo", "businessDay"] },
    { name: "difference_merchant", properties: ["merchantNo", "businessDay"] },
    { name: "difference_class", properties: ["differenceClass", "businessDay"] },
    { name: "difference_assignee", properties: ["assignee", "businessDay"] },
    { name: "difference_out_trade_no", properties: ["outTradeNo"] },
    { name: "difference_out_refund_no", properties: ["outRefundNo"] },
  ],
});

export const differenceActionSchema = defineEntity({
  name: "difference_action",
  tableName: "difference_action",
  properties: {
    id: rowId(),
    differenceNo: identifier(),
    actor: p.string().length(64),
    actionKind: word<DifferenceAction["actionKind"]>(),
    note: p.string().length(1000),
    createdAt: moment(),
    updatedAt: moment(),
  },
  indexes: [{ name: "difference_action_difference", properties: ["differenceNo", "id"] }],
});
