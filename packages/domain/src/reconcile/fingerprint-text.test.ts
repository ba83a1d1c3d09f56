import { expect, test } from "vitest";
import type { BillLine } from "../bill.ts";
import type { BookSide } from "../difference.ts";
import { type FingerprintParts, fingerprintText } from "./fingerprint-text.ts";

const billLine: BillLine = {
  lineNo: 7,
  kind: "refund",
  outTradeNo: "T1",
  channelTradeNo: "C1",
  outRefundNo: "R1",
  channelRefundNo: "CR1",
  amount: 100,
  fee: 1,
  status: "succeeded",
  occurredAt: 1,
};
const bookSide: BookSide = {
  kind: "refund",
  number: "R1",
  channelTradeNo: null,
  amount: 100,
  chargedAmount: 90,
  status: "created",
  occurredAt: 1,
};
const parts: FingerprintParts = { differenceClass: "amount_mismatch", billLine, bookSide, facts: null, ordinal: 0 };
const text = fingerprintText(parts);

test.each<[string, FingerprintParts]>([
  ["where the line stands and when it happened", { ...parts, billLine: { ...billLine, lineNo: 8, occurredAt: 2 } }],
  [
    "how our record ended",
    { ...parts, bookSide: { ...bookSide, status: "succeeded", channelTradeNo: "C1", occurredAt: 2 } },
  ],
])("a difference is the same one whatever %s", (_what, other) => {
  expect(fingerprintText(other)).toBe(text);
});

test.each<[string, FingerprintParts]>([
  ["class", { ...parts, differenceClass: "status_mismatch" }],
  ["kind", { ...parts, billLine: { ...billLine, kind: "reversal" } }],
  ["order", { ...parts, billLine: { ...billLine, outTradeNo: "T2" } }],
  ["trade", { ...parts, billLine: { ...billLine, channelTradeNo: "C2" } }],
  ["refund", { ...parts, billLine: { ...billLine, outRefundNo: "R2" } }],
  ["refund at the channel", { ...parts, billLine: { ...billLine, channelRefundNo: "CR2" } }],
  ["amount in the bill", { ...parts, billLine: { ...billLine, amount: 101 } }],
  ["fee", { ...parts, billLine: { ...billLine, fee: 2 } }],
  ["end in the bill", { ...parts, billLine: { ...billLine, status: "failed" } }],
  ["record", { ...parts, bookSide: { ...bookSide, number: "R2" } }],
  ["amount in the books", { ...parts, bookSide: { ...bookSide, chargedAmount: 91 } }],
  ["fact", { ...parts, facts: { lineNo: 3 } }],
  ["copy", { ...parts, ordinal: 1 }],
  ["side", { ...parts, bookSide: null }],
])("another %s is another difference", (_what, other) => {
  expect(fingerprintText(other)).not.toBe(text);
});
