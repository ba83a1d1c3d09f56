import type { BillItem } from "@payhub/channels";
import type { BillKind, Disagreement } from "@payhub/domain";
import type { Finding } from "./found.ts";

const TEXT_CHARACTERS = 200;

const aboutTheBill = {
  kind: "differs",
  proposedFix: "ask_for_new_bill",
  differenceState: "open",
} as const satisfies Partial<Disagreement>;

/** A line that could not be read. */
export function malformed(
  bill: BillKind,
  { lineNo, reason, text }: Omit<Extract<BillItem, { kind: "malformed" }>, "kind">,
): Finding {
  return {
    verdict: { ...aboutTheBill, differenceClass: "malformed_line", cause: "unreadable", delta: 0 },
    facts: { bill, lineNo, reason: reason.slice(0, TEXT_CHARACTERS), text: text.slice(0, TEXT_CHARACTERS) },
  };
}

/** One of the bill's own sums that its lines do not give. */
export function sumDiffers(
  bill: BillKind,
  { name, stated, counted }: Omit<Extract<BillItem, { kind: "sum_differs" }>, "kind">,
): Finding {
  return {
    verdict: { ...aboutTheBill, differenceClass: "summary_mismatch", cause: "sums_differ", delta: 0 },
    facts: { bill, name, stated, counted },
  };
}

/** The balance moved by another sum than the trades explain. */
export function flowDiffers({ trades, flows }: { trades: number; flows: number }): Finding {
  return {
    verdict: {
      ...aboutTheBill,
      differenceClass: "fund_flow_mismatch",
      cause: "sums_differ",
      proposedFix: "check_by_hand",
      delta: flows - trades,
    },
    facts: { tradeNet: trades, fundFlowNet: flows },
  };
}
