import type { BillLine } from "../bill.ts";
import type { RefundStatus } from "../state.ts";
import {
  type BookAttempt,
  type BookRefund,
  type Disagreement,
  foreignOrder,
  moneyOf,
  toBeAsked,
  type Verdict,
} from "./verdict.ts";

/** What the books know of a refund line's order. */
export interface RefundBooks {
  /** The account whose bill it is. */
  accountNo: string;
  /** The refund of the line's refund number, whatever its account. */
  refund: BookRefund | undefined;
  /** The attempt of the line's order number, whatever its account. */
  attempt: BookAttempt | undefined;
  /** Whether the same bill has the order's payment and gives all of it back. */
  isAllGivenBack: boolean;
}

/** Which ends agree: a bill is a picture of its day, on which a refund of ours may still have been on its way. */
const AGREE: Readonly<Record<BillLine["status"], readonly RefundStatus[]>> = {
  succeeded: ["succeeded"],
  processing: ["succeeded", "created"],
  failed: ["failed", "closed"],
};

/** Compares a refund in the bill with the books. */
export function compareRefund(line: BillLine, { accountNo, refund, attempt, isAllGivenBack }: RefundBooks): Verdict {
  if (refund) {
    if (refund.accountNo !== accountNo) return foreignOrder(moneyOf(line));
    const delta = moneyOf(line) + (refund.status === "succeeded" ? refund.chargedAmount : 0);
    if (refund.chargedAmount !== line.amount) return toBeAsked("amount_mismatch", delta);
    if (AGREE[line.status].includes(refund.status)) return { kind: "matched", by: "books" };
    return toBeAsked("status_mismatch", delta);
  }
  if (attempt?.accountNo !== accountNo) return foreignOrder(moneyOf(line));
  if (line.status === "failed") return { kind: "matched", by: "reversed" };
  if (attempt.state !== "succeeded" && isAllGivenBack) return { kind: "matched", by: "reversed" };
  return line.outRefundNo === null ? nameless(line) : toBeAsked("missing_here", moneyOf(line));
}

/** A refund without a number of the merchant's cannot be asked about. */
function nameless(line: BillLine): Disagreement {
  return { ...foreignOrder(moneyOf(line)), cause: "refund_past_payhub" };
}

/** Compares an order that the bill says was revoked with the books. */
export function compareReversal(
  line: BillLine,
  { accountNo, attempt }: Pick<RefundBooks, "accountNo" | "attempt">,
): Verdict {
  if (attempt?.accountNo !== accountNo) return foreignOrder(moneyOf(line));
  if (attempt.state !== "succeeded") return { kind: "matched", by: "reversed" };
  return toBeAsked("status_mismatch", moneyOf(line));
}
