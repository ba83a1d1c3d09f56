import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isReserving, nextRefundQueryAt, REFUND_LADDER_MS, refundCharge } from "./refund.ts";
import { canMove, REFUND_MACHINE, type RefundStatus } from "./state.ts";

const SEQUENCES = 10_000;
const STATUSES = ["created", "succeeded", "failed", "closed"] as const satisfies RefundStatus[];

it("keeps an amount reserved until it is sure that the money stays", () => {
  expect(STATUSES.filter((status) => isReserving({ status }))).toEqual(["created", "succeeded"]);
});

describe("nextRefundQueryAt", () => {
  const waitMs = (queryCount: number, fraction: number) =>
    nextRefundQueryAt({ queryCount, nowMs: 1_000 }, { fraction: () => fraction, bytes: () => new Uint8Array() }) -
    1_000;

  it("goes up its ladder, at most a tenth later, and stays on the last step", () => {
    const minutes = [1, 1, 1, 1, 1, 5, 10, 20, 30, 30, 30];
    expect(minutes.map((_, queryCount) => waitMs(queryCount, 0) / 60_000)).toEqual(minutes);
    expect(waitMs(0, 1)).toBe(66_000);
    expect(waitMs(REFUND_LADDER_MS.length + 1_000, 0.5)).toBe(31.5 * 60_000);
  });
});

describe("refundCharge", () => {
  it("asks the channel for the amount", () => {
    expect(refundCharge({ oneCent: false, chargedAmount: 100 }, { amount: 30, alreadyCharged: 70 })).toBe(30);
  });

  it("asks for a one-cent payment's fen with the first refund, and again when that one gave nothing", () => {
    const payment = { oneCent: true, chargedAmount: 1 };
    expect(refundCharge(payment, { amount: 500, alreadyCharged: 0 })).toBe(1);
    expect(refundCharge(payment, { amount: 500, alreadyCharged: 1 })).toBe(0);
  });

  it(`never has the channel return more than it took, in ${SEQUENCES} orders of refunds and endings`, () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant("refund" as const), amount: fc.integer({ min: 1, max: 1288 }) }),
      fc.record({ do: fc.constant("end" as const), which: fc.nat(5), to: fc.constantFrom(...STATUSES) }),
    );
    const story = fc.record({ oneCent: fc.boolean(), steps: fc.array(step, { minLength: 1, maxLength: 12 }) });
    fc.assert(
      fc.property(story, ({ oneCent, steps }) => {
        const payment = { oneCent, amount: 1288, chargedAmount: oneCent ? 1 : 1288 };
        const refunds: { amount: number; charged: number; status: RefundStatus }[] = [];
        let givenBack = 0;
        for (const one of steps) {
          const reserving = refunds.filter(isReserving);
          if (one.do === "end") {
            const refund = refunds[one.which];
            if (!refund || !canMove(REFUND_MACHINE, refund.status, one.to)) continue;
            refund.status = one.to;
            if (one.to === "succeeded") givenBack += refund.charged;
          } else if (one.amount <= payment.amount - sumOf(reserving.map(({ amount }) => amount))) {
            const alreadyCharged = sumOf(reserving.map(({ charged }) => charged));
            const charged = refundCharge(payment, { amount: one.amount, alreadyCharged });
            refunds.push({ amount: one.amount, charged, status: "created" });
          }
          const open = sumOf(refunds.filter(({ status }) => status === "created").map(({ charged }) => charged));
          expect(givenBack + open).toBeLessThanOrEqual(payment.chargedAmount);
        }
      }),
      { numRuns: SEQUENCES },
    );
  });
});

function sumOf(amounts: readonly number[]): number {
  return amounts.reduce((sum, amount) => sum + amount, 0);
}
