import { defineEntity, p } from "@mikro-orm/core";
import type { RefundPurpose, RefundStatus } from "@payhub/domain";
import { fen, identifier, moment, rowId, word } from "./columns.ts";

export const refundSchema = defineEntity({
  name: "refund",
  tableName: "refund",
  properties: {
    id: rowId(),
    // A refund made past payhub keeps its number, and channels take up to 64 characters.
    refundNo: p.string().length(64),
    purpose: word<RefundPurpose>(),
    appId: identifier(),
    merchantNo: identifier(),
    paymentNo: identifier(),
    attemptNo: identifier(),
    accountNo: identifier(),
    channel: word<string>(),
    refundOrderNo: p.string().length(64),
    amount: fen(),
    chargedAmount: fen(),
    reason: p.string().length(80),
    status: word<RefundStatus>(),
    unknown: p.boolean(),
    abnormal: p.boolean(),
    channelRefundNo: p.string().length(64).nullable(),
    notifyUrl: p.string().length(255),
    idempotencyKey: p.string().length(64),
    requestDigest: p.json<Readonly<Record<string, string>>>(),
    calledUntil: moment(),
    sentAt: moment().nullable(),
    queryCount: p.integer(),
    nextQueryAt: moment().nullable(),
    failureCode: p.string().length(64).nullable(),
    failureMessage: p.string().length(255).nullable(),
    succeededAt: moment().nullable(),
    createdAt: moment(),
    updatedAt: moment(),
  },
  uniques: [
    { name: "refund_refund_no", properties: ["refundNo"] },
    { name: "refund_app_order", properties: ["appId", "refundOrderNo"] },
    { name: "refund_app_idempotency_key", properties: ["appId", "idempotencyKey"] },
    { name: "refund_channel_refund_no", properties: ["channel", "channelRefundNo"] },
  ],
  indexes: [
    { name: "refund_payment", properties: ["paymentNo", "createdAt"] },
    { name: "refund_next_query", properties: ["nextQueryAt"] },
    { name: "refund_account_sent", properties: ["accountNo", "sentAt"] },
    { name: "refund_account_created", properties: ["accountNo", "createdAt"] },
  ],
});
