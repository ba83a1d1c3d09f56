import { type DifferenceCount, explainedPercent, type StatementTotals } from "@payhub/domain";
import type { SummedTotals } from "@payhub/store";
import { NOTHING } from "../totals.ts";

/** Both sides' sums without what they are the sums of. */
export type Sums = Omit<SummedTotals, "group">;

/** Makes a statement's totals of sums and the differences beside them. */
export function totalsOf(sums: Sums | undefined, differences: readonly DifferenceCount[]): StatementTotals {
  const of = sums ?? NOTHING;
  const countOf = (some: readonly DifferenceCount[]) => some.reduce((sum, { count }) => sum + count, 0);
  const openCount = countOf(differences.filter(({ differenceState }) => differenceState === "open"));
  return {
    books: {
      paymentCount: of.bookPaymentCount,
      paymentAmount: of.bookPaymentAmount,
      refundCount: of.bookRefundCount,
      refundAmount: of.bookRefundAmount,
      net: of.bookPaymentAmount - of.bookRefundAmount - of.billFee,
    },
    bill: {
      paymentCount: of.billPaymentCount,
      paymentAmount: of.billPaymentAmount,
      refundCount: of.billRefundCount,
      refundAmount: of.billRefundAmount,
      net: of.billPaymentAmount - of.billRefundAmount - of.billFee,
    },
    fee: of.billFee,
    matchedCount: of.matchedCount,
    differences: differences.map(({ differenceClass, differenceState, count, delta }) => ({
      differenceClass,
      differenceState,
      count,
      delta,
    })),
    openCount,
    explainedPercent: explainedPercent({ matchedCount: of.matchedCount, differences }),
  };
}

/** Adds sums up. */
export function addSums(all: readonly Sums[]): Sums {
  return all.reduce(
    (sum, one) => ({
      bookPaymentCount: sum.bookPaymentCount + one.bookPaymentCount,
      bookPaymentAmount: sum.bookPaymentAmount + one.bookPaymentAmount,
      bookRefundCount: sum.bookRefundCount + one.bookRefundCount,
      bookRefundAmount: sum.bookRefundAmount + one.bookRefundAmount,
      billPaymentCount: sum.billPaymentCount + one.billPaymentCount,
      billPaymentAmount: sum.billPaymentAmount + one.billPaymentAmount,
      billRefundCount: sum.billRefundCount + one.billRefundCount,
      billRefundAmount: sum.billRefundAmount + one.billRefundAmount,
      billFee: sum.billFee + one.billFee,
      matchedCount: sum.matchedCount + one.matchedCount,
    }),
    NOTHING,
  );
}

/** Adds differences up by class and state, in that order. */
export function addDifferences(all: readonly DifferenceCount[]): DifferenceCount[] {
  const sums = new Map<string, DifferenceCount>();
  for (const { differenceClass, differenceState, count, delta } of all) {
    const key = `${differenceClass} ${differenceState}`;
    const known = sums.get(key);
    sums.set(key, {
      differenceClass,
      differenceState,
      count: (known?.count ?? 0) + count,
      delta: (known?.delta ?? 0) + delta,
    });
  }
  return [...sums.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, sum]) => sum);
}
