import type { CancelOutcome } from "../channel.ts";
import { cancelRefusal } from "./status.ts";
import { type AccountLine, callGateway } from "./transport.ts";

const METHOD = "alipay.trade.cancel";

/**
 * Ends an order at the counter whatever its state: unpaid, it is closed; paid, the money goes back. An order that never reached
 * Alipay is cancelled too. Source: https://opendocs.alipay.com/open/13399511_alipay.trade.cancel
 */
export async function cancel(line: AccountLine, attemptNo: string): Promise<CancelOutcome> {
  const answer = await callGateway(line, { method: METHOD, attemptNo });
  switch (answer.kind) {
    case "success":
      return { kind: answer.fields.retry_flag === "Y" ? "again" : "cancelled" };
    case "refusal":
      return answer.fields.retry_flag === "Y" ? { kind: "again" } : cancelRefusal(answer);
    case "unknown":
    case "unsent":
      return answer;
  }
}
