import type { Difference, DifferenceCause, DifferenceFix } from "@payhub/domain";
import type { ConnectedAccount } from "../account/connections.ts";

/** What asking the channel found out about a difference; what it proved is in the books already. */
export interface Explanation {
  cause: DifferenceCause;
  proposedFix: DifferenceFix;
  differenceState: "open" | "repaired" | "resolved";
  note: string;
}

/** A difference to be asked about, with the line to its channel. */
export interface Question {
  difference: Difference;
  connected: ConnectedAccount;
}

/** The channel, asked, stands by our books. */
export const BILL_WRONG: Explanation = {
  cause: "bill_wrong",
  proposedFix: "ask_for_new_bill",
  differenceState: "open",
  note: "asked, the channel says what the books say",
};

/** The channel, asked, stands by its bill, and nothing here can be mended by itself. */
export const BOOKS_WRONG: Explanation = {
  cause: "books_wrong",
  proposedFix: "check_by_hand",
  differenceState: "open",
  note: "asked, the channel says what its bill says",
};

/** Paid and revoked at the channel. */
export const REVERSED: Explanation = {
  cause: "reversed",
  proposedFix: "none",
  differenceState: "resolved",
  note: "asked, the channel says that the order is closed: nothing stayed",
};

/** What the channel proved is in the books now. */
export function repaired(cause: DifferenceCause): Explanation {
  return { cause, proposedFix: "none", differenceState: "repaired", note: "asked, the channel confirmed it" };
}
