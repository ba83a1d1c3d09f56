import { defineEntity, p } from "@mikro-orm/core";
import type { HeldReceipt } from "@payhub/domain";
import { fen, identifier, moment, rowId, word } from "./columns.ts";

export const heldReceiptSchema = defineEntity({
  name: "held_receipt",
  tableName: "held_receipt",
  properties: {
    id: rowId(),
    heldReceiptNo: identifier(),
    channel: word<string>(),
    accountNo: identifier(),
    outTradeNo: p.string().length(64),
    channelTradeNo: p.string().length(64),
    amount: fen(),
    reason: word<HeldReceipt["reason"]>(),
    status: word<HeldReceipt["status"]>(),
    refundNo: identifier().nullable(),
    appId: identifier().nullable(),
    paymentNo: identifier().nullable(),
    paidAt: moment(),
    createdAt: moment(),
    updatedAt: moment(),
  },
  uniques: [
    { name: "held_receipt_held_receipt_no", properties: ["heldReceiptNo"] },
    { name: "held_receipt_channel_trade_no", properties: ["channel", "channelTradeNo"] },
  ],
  indexes: [
    { name: "held_receipt_payment", properties: ["paymentNo"] },
    { name: "held_receipt_account_paid", properties: ["accountNo", "paidAt"] },
    { name: "held_receipt_paid", properties: ["paidAt"] },
    { name: "held_receipt_status", properties: ["status", "createdAt"] },
  ],
});
