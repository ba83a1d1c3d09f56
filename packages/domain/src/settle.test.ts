import { describe, expect, it } from "vitest";
import { attemptOf, paymentOf, receiptOf } from "../test/books.ts";
import type { Receipt } from "./charge.ts";
import type { HoldReason } from "./payment.ts";
import { type Settlement, samePayee, settle } from "./settle.ts";
import { ATTEMPT_MACHINE, type AttemptState, PAYMENT_MACHINE, type PaymentStatus } from "./state.ts";

const SAME = "4200000000000000000000000001";
const OTHER = "4200000000000000000000000002";
const payee = { mchid: "1900000001", appid: "wx0000000000000001" };

const SETTLE: Settlement = { kind: "settle" };
const KNOWN: Settlement = { kind: "known" };
const hold = (reason: HoldReason, attemptSucceeds = false): Settlement => ({ kind: "hold", reason, attemptSucceeds });

// What an honest receipt does, for each state of its attempt and of the payment.
const TABLE: Record<AttemptState, Record<PaymentStatus, Settlement>> = {
  preparing: {
    created: SETTLE,
    succeeded: hold("duplicate", true),
    failed: hold("late", true),
    closed: hold("late", true),
  },
  awaiting_payer: {
    created: SETTLE,
    succeeded: hold("duplicate", true),
    failed: hold("late", true),
    closed: hold("late", true),
  },
  succeeded: { created: KNOWN, succeeded: KNOWN, failed: KNOWN, closed: KNOWN },
  failed: { created: hold("late"), succeeded: hold("late"), failed: hold("late"), closed: hold("late") },
  closed: { created: hold("late"), succeeded: hold("late"), failed: hold("late"), closed: hold("late") },
};

const ATTEMPT_STATES = Object.keys(ATTEMPT_MACHINE) as AttemptState[];
const PAYMENT_STATUSES = Object.keys(PAYMENT_MACHINE) as PaymentStatus[];
const PAIRS = ATTEMPT_STATES.flatMap((state) => PAYMENT_STATUSES.map((status) => ({ state, status })));

function booksOf(state: AttemptState, status: PaymentStatus, charged = 1288) {
  const channelTradeNo = state === "succeeded" ? SAME : null;
  return {
    payment: paymentOf({ status, chargedAmount: charged, oneCent: charged === 1 }),
    attempt: attemptOf({ state, channelTradeNo, chargedAmount: charged }),
    payee,
  };
}

const DISHONEST: [string, Partial<Receipt>, HoldReason][] = [
  ["one fen less", { amount: 1287 }, "amount_mismatch"],
  ["one fen more", { amount: 1289 }, "amount_mismatch"],
  ["nothing", { amount: 0 }, "amount_mismatch"],
  ["yuan for fen", { amount: 12.88 }, "amount_mismatch"],
  ["no number", { amount: Number.NaN }, "amount_mismatch"],
  ["another currency", { currency: "USD" }, "amount_mismatch"],
  ["no currency", { currency: "" }, "amount_mismatch"],
  ["another mchid", { payee: { ...payee, mchid: "1900000002" } }, "payee_mismatch"],
  ["another appid", { payee: { ...payee, appid: "wx0000000000000002" } }, "payee_mismatch"],
  ["a name that the account does not have", { payee: { ...payee, sellerId: "2088000000000001" } }, "payee_mismatch"],
  ["nobody", { payee: {} }, "payee_mismatch"],
  ["another payee and another amount", { payee: { mchid: "1" }, amount: 1 }, "payee_mismatch"],
];

describe.each(PAIRS)("a receipt for an attempt that is $state of a payment that is $status", ({ state, status }) => {
  it("does what the table says", () => {
    expect(settle(receiptOf(), booksOf(state, status))).toEqual(TABLE[state][status]);
  });

  it.each(DISHONEST)("moves nothing with %s", (_what, changes, reason) => {
    expect(settle(receiptOf(changes), booksOf(state, status))).toEqual(hold(reason));
  });
});

it("is a duplicate when the attempt was paid under another channel trade number", () => {
  for (const status of PAYMENT_STATUSES) {
    expect(settle(receiptOf({ channelTradeNo: OTHER }), booksOf("succeeded", status))).toEqual(hold("duplicate"));
  }
});

it("compares with what the channel was asked for, not with what the business asked", () => {
  const books = booksOf("awaiting_payer", "created", 1);
  expect(books.payment.amount).toBe(1288);
  expect(settle(receiptOf({ amount: 1 }), books)).toEqual(SETTLE);
  expect(settle(receiptOf({ amount: 1288 }), books)).toEqual(hold("amount_mismatch"));
});

describe("samePayee", () => {
  it.each<[string, Record<string, string>, boolean]>([
    ["all of its names", payee, true],
    ["one of its names", { mchid: payee.mchid }, true],
    ["no name", {}, false],
    ["one right and one wrong name", { mchid: payee.mchid, appid: "wx" }, false],
    ["an empty name", { mchid: "" }, false],
    ["a name with a space", { mchid: `${payee.mchid} ` }, false],
    ["a name every object has", { toString: payee.mchid }, false],
  ])("with %s: %s", (_what, named, same) => {
    expect(samePayee(named, payee)).toBe(same);
  });
});
