import type { BillLine } from "../bill.ts";
import { isNumberOf } from "../number.ts";
import { type BookAttempt, type BookHeld, foreignOrder, toBeAsked, type Verdict } from "./verdict.ts";

/** What the books know of a payment line's order. */
export interface PaymentBooks {
  /** The account whose bill it is. */
  accountNo: string;
  /** The attempt of the line's order number, whatever its account. */
  attempt: BookAttempt | undefined;
  /** What is held under the line's trade number. */
  held: BookHeld | undefined;
  /** What refunds and reversals of the same bill give back of this order, in fen. */
  givenBack: number;
}

/** Compares a payment in the bill with the books. */
export function comparePayment(line: BillLine, { accountNo, attempt, held, givenBack }: PaymentBooks): Verdict {
  if (attempt && attempt.accountNo !== accountNo) return foreignOrder(line.amount);
  const isSameTrade = attempt?.state === "succeeded" && attempt.channelTradeNo === line.channelTradeNo;
  if (line.status !== "succeeded") {
    return isSameTrade ? toBeAsked("status_mismatch", -attempt.chargedAmount) : { kind: "matched", by: "reversed" };
  }
  if (isSameTrade) {
    if (attempt.chargedAmount === line.amount) return { kind: "matched", by: "books" };
    return toBeAsked("amount_mismatch", line.amount - attempt.chargedAmount);
  }
  if (held) {
    if (held.amount === line.amount) return { kind: "matched", by: "held" };
    return toBeAsked("amount_mismatch", line.amount - held.amount);
  }
  if (!attempt) {
    return isNumberOf("attempt", line.outTradeNo) ? toBeAsked("missing_here", line.amount) : foreignOrder(line.amount);
  }
  const isOver = attempt.state === "closed" || attempt.state === "failed";
  if (isOver && givenBack === line.amount) return { kind: "matched", by: "reversed" };
  const isOpen = !isOver && attempt.state !== "succeeded";
  if (isOpen && attempt.chargedAmount !== line.amount) return toBeAsked("amount_mismatch", line.amount);
  return toBeAsked("status_mismatch", line.amount);
}
