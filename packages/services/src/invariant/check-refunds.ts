import {
  EVENT_OF_REFUND_STATUS,
  type EventType,
  type HeldReceipt,
  isReserving,
  type Payment,
  type Refund,
} from "@payhub/domain";
import type { Violation } from "./check.ts";

/** The event that a refund's last move must have, if it has moved. */
export function eventOf(refund: Refund, heldReceipts: readonly HeldReceipt[]): EventType[] {
  if (refund.status === "created") return [];
  const held = heldReceipts.find(({ refundNo }) => refundNo === refund.refundNo);
  if (held?.reason === "duplicate" && refund.status === "succeeded") return ["payment.duplicate_refunded"];
  return [EVENT_OF_REFUND_STATUS[refund.status]];
}

/** Checks a payment's refunds: never more than was paid, never more than the channel took, held receipts where they say they are. */
export function checkRefunds(
  payment: Payment,
  refunds: readonly Refund[],
  heldReceipts: readonly HeldReceipt[],
): Violation[] {
  const violations: Violation[] = [];
  const expect = (holds: boolean, rule: string, found: string) => {
    if (!holds) violations.push({ rule, subject: payment.paymentNo, found });
  };
  const business = refunds.filter((refund) => refund.purpose === "business" && isReserving(refund));
  const amount = business.reduce((sum, refund) => sum + refund.amount, 0);
  const charged = business.reduce((sum, refund) => sum + refund.chargedAmount, 0);
  expect(
    amount === payment.refundedAmount,
    "the refunded amount is the sum of the refunds",
    `${payment.refundedAmount}, refunds ${amount}`,
  );
  expect(amount <= payment.amount, "refunds are at most the amount", `${amount} of ${payment.amount}`);
  expect(
    charged <= payment.chargedAmount,
    "the channel returns at most what it took",
    `${charged} of ${payment.chargedAmount}`,
  );
  expect(business.length === 0 || payment.status === "succeeded", "only a paid payment is refunded", payment.status);
  for (const held of heldReceipts) {
    const refund = refunds.find(({ refundNo }) => refundNo === held.refundNo);
    const wanted = refund?.status === "succeeded" ? "refunded" : refund?.status === "created" ? "refunding" : "held";
    expect(
      held.status === wanted,
      "a held receipt stands as its refund does",
      `${held.heldReceiptNo} is ${held.status}, not ${wanted}`,
    );
  }
  return violations;
}
