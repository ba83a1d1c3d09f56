import { defineEntity, p } from "@mikro-orm/core";
import type { Currency, PaymentStatus } from "@payhub/domain";
import { fen, identifier, moment, rowId, word } from "./columns.ts";

export const paymentSchema = defineEntity({
  name: "payment",
  tableName: "payment",
  properties: {
    id: rowId(),
    paymentNo: identifier(),
    appId: identifier(),
    merchantNo: identifier(),
    orderNo: p.string().length(64),
    subject: p.string().length(127),
    amount: fen(),
    chargedAmount: fen(),
    oneCent: p.boolean(),
    currency: word<Currency>(),
    status: word<PaymentStatus>(),
    settledBy: identifier().nullable(),
    closeRequestedAt: moment().nullable(),
    lastSequence: p.integer(),
    refundedAmount: fen(),
    initiatedAt: moment(),
    expiresAt: moment(),
    paidAt: moment().nullable(),
    closedAt: moment().nullable(),
    createdAt: moment(),
    updatedAt: moment(),
  },
  uniques: [
    { name: "payment_payment_no", properties: ["paymentNo"] },
    { name: "payment_app_order", properties: ["appId", "orderNo"] },
  ],
  indexes: [
    { name: "payment_expiry", properties: ["status", "expiresAt"] },
    { name: "payment_app_status", properties: ["appId", "status", "id"] },
  ],
});
