import { PayhubError } from "@payhub/domain";
import type { ServiceContext } from "../../context.ts";
import { type Act, act } from "./act.ts";
import type { AgedDifference } from "./age.ts";

/** Opens a difference again that was resolved or accepted; what was repaired stays so, for the books were changed. */
export function reopenDifference(ctx: ServiceContext, by: Act): Promise<AgedDifference> {
  return act(ctx, { ...by, actionKind: "reopen" }, ({ differenceNo, differenceState }) => {
    if (differenceState === "resolved" || differenceState === "accepted") {
      return { differenceState: "open", endedBy: null, endedAt: null };
    }
    throw new PayhubError(
      "ORDER_CONFLICT",
      `difference ${differenceNo} is ${differenceState}; only a resolved or accepted one is reopened`,
      { details: { differenceNo, differenceState } },
    );
  });
}
