import { ATTEMPT_MACHINE, type AttemptState, PAYMENT_MACHINE, type PaymentStatus } from "@payhub/domain";
import { attemptRow, describeBackends, paymentRow } from "@payhub/testkit";
import { describe, expect, it } from "vitest";
import { claimAttempt, findAttempt, insertAttempts, moveAttempt, updateOpenAttempt } from "./attempts.ts";
import { findPayment, insertPayments, movePayment, updateOpenPayment } from "./payments.ts";

// Nothing moves back to the first state: the types have no such move.
const PAYMENT_TARGETS = ["succeeded", "failed", "closed"] as const;
const ATTEMPT_TARGETS = ["awaiting_payer", "succeeded", "failed", "closed"] as const;
const PAYMENT_STATUSES = Object.keys(PAYMENT_MACHINE) as PaymentStatus[];
const ATTEMPT_STATES = Object.keys(ATTEMPT_MACHINE) as AttemptState[];
const at = Date.UTC(2026, 10, 21);

describeBackends("guarded moves", (backend) => {
  let rows = 0;

  describe("of a payment", () => {
    const pairs = PAYMENT_STATUSES.flatMap((from) => PAYMENT_TARGETS.map((to) => ({ from, to })));
    it.each(pairs)("$from → $to happens exactly if the table has it", async ({ from, to }) => {
      const { db } = backend.store;
      const paymentNo = `P${++rows}`;
      await insertPayments(db, [paymentRow({ paymentNo, orderNo: paymentNo, status: from })]);
      const before = await findPayment(db, { paymentNo });
      const set = { lastSequence: 1, updatedAt: at + 1 };
      const moved = await movePayment(db, { paymentNo, to, set });
      expect(moved).toBe(from === "created");
      expect(await findPayment(db, { paymentNo })).toEqual(moved ? { ...before, ...set, status: to } : before);
    });

    it.each(PAYMENT_STATUSES)("%s takes a change that is no move only while it is open", async (status) => {
      const { db } = backend.store;
      const paymentNo = `P${++rows}`;
      await insertPayments(db, [paymentRow({ paymentNo, orderNo: paymentNo, status })]);
      const changed = await updateOpenPayment(db, paymentNo, { closeRequestedAt: at, updatedAt: at });
      expect(changed).toBe(status === "created");
      expect((await findPayment(db, { paymentNo }))?.closeRequestedAt).toBe(changed ? at : null);
    });

    it("lets one of two final moves that race win", async () => {
      const { db } = backend.store;
      const other = (await backend.openStore()).db;
      for (let round = 0; round < 5; round++) {
        const paymentNo = `P${++rows}`;
        await insertPayments(db, [paymentRow({ paymentNo, orderNo: paymentNo })]);
        const set = { lastSequence: 1, updatedAt: at };
        const moved = await Promise.all([
          movePayment(db, { paymentNo, to: "succeeded", set }),
          movePayment(other, { paymentNo, to: "closed", set }),
        ]);
        expect(moved.toSorted()).toEqual([false, true]);
        expect((await findPayment(db, { paymentNo }))?.status).toBe(moved[0] ? "succeeded" : "closed");
      }
    });
  });

  describe("of an attempt", () => {
    const legal = new Set([
      "preparing → awaiting_payer",
      "preparing → succeeded",
      "preparing → failed",
      "preparing → closed",
      "awaiting_payer → succeeded",
      "awaiting_payer → failed",
      "awaiting_payer → closed",
    ]);
    const newAttempt = async (state: AttemptState) => {
      const attemptNo = `T${++rows}`;
      const own = { attemptNo, paymentNo: `P${rows}`, idempotencyKey: attemptNo, state };
      await insertAttempts(backend.store.db, [attemptRow(own)]);
      return attemptNo;
    };
    const pairs = ATTEMPT_STATES.flatMap((from) => ATTEMPT_TARGETS.map((to) => ({ from, to })));
    it.each(pairs)("$from → $to happens exactly if the table has it", async ({ from, to }) => {
      const { db } = backend.store;
      const attemptNo = await newAttempt(from);
      const before = await findAttempt(db, attemptNo);
      const set = { nextQueryAt: null, unknown: true, updatedAt: at + 1 };
      const moved = await moveAttempt(db, { attemptNo, to, set });
      expect(moved).toBe(legal.has(`${from} → ${to}`));
      expect(await findAttempt(db, attemptNo)).toEqual(moved ? { ...before, ...set, state: to } : before);
    });

    it.each(ATTEMPT_STATES)("%s may be claimed and changed only while it is open", async (state) => {
      const { db } = backend.store;
      const attemptNo = await newAttempt(state);
      const isOpen = state === "preparing" || state === "awaiting_payer";
      expect(await updateOpenAttempt(db, attemptNo, { unknown: true, updatedAt: at })).toBe(isOpen);
      expect(await claimAttempt(db, { attemptNo, nowMs: at, untilMs: at + 10 })).toBe(isOpen);
      expect(await claimAttempt(db, { attemptNo, nowMs: at + 9, untilMs: at + 20 })).toBe(false);
      expect(await claimAttempt(db, { attemptNo, nowMs: at + 10, untilMs: at + 20 })).toBe(isOpen);
    });
  });
});
