import type { Receipt } from "./charge.ts";
import type { Attempt, HoldReason, Payment } from "./payment.ts";
import { isFinal, PAYMENT_MACHINE } from "./state.ts";

/** What a receipt does to our books. */
export type Settlement =
  /** Attempt and payment become `succeeded`. */
  | { kind: "settle" }
  /** The receipt is already in the books; nothing moves. */
  | { kind: "known" }
  /** The money is real and settles nothing: it is held. `attemptSucceeds` when that attempt itself was still open. */
  | { kind: "hold"; reason: HoldReason; attemptSucceeds: boolean };

/**
 * Decides what a verified receipt does. Amount, currency and payee are compared on every path (callback, query, bill);
 * a mismatch never moves a state, and a final state never changes.
 */
export function settle(
  receipt: Receipt,
  books: { payment: Payment; attempt: Attempt; payee: Readonly<Record<string, string>> },
): Settlement {
  const { payment, attempt, payee } = books;
  if (!samePayee(receipt.payee, payee)) return hold("payee_mismatch");
  if (receipt.currency !== payment.currency || receipt.amount !== attempt.chargedAmount) return hold("amount_mismatch");
  if (attempt.state === "succeeded") {
    return attempt.channelTradeNo === receipt.channelTradeNo ? { kind: "known" } : hold("duplicate");
  }
  if (attempt.state === "closed" || attempt.state === "failed") return hold("late");
  if (payment.status === "succeeded") return { kind: "hold", reason: "duplicate", attemptSucceeds: true };
  if (isFinal(PAYMENT_MACHINE, payment.status)) return { kind: "hold", reason: "late", attemptSucceeds: true };
  return { kind: "settle" };
}

function hold(reason: HoldReason): Settlement {
  return { kind: "hold", reason, attemptSucceeds: false };
}

/** Every identity that the receipt names must be the account's own, and it must name at least one. */
export function samePayee(named: Readonly<Record<string, string>>, own: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(named);
  return names.length > 0 && names.every((name) => named[name] === own[name]);
}
