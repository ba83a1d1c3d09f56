import type { CloseOutcome } from "../channel.ts";
import { query } from "./query.ts";
import { closeRefusal } from "./status.ts";
import { type AccountLine, callGateway } from "./transport.ts";

const METHOD = "alipay.trade.close";

/**
 * Closes an attempt's order; one whose QR code nobody scanned is `absent` and stays payable until it expires. Alipay has
 * one word for paid and for closed already, so it is asked which. Source: https://opendocs.alipay.com/open/e84f0d79_alipay.trade.close
 */
export async function close(line: AccountLine, attemptNo: string): Promise<CloseOutcome> {
  const answer = await callGateway(line, { method: METHOD, attemptNo });
  switch (answer.kind) {
    case "success":
      return { kind: "closed" };
    case "refusal":
      return closeRefusal(answer) ?? whyNotWaiting(line, attemptNo);
    case "unknown":
    case "unsent":
      return answer;
  }
}

async function whyNotWaiting(line: AccountLine, attemptNo: string): Promise<CloseOutcome> {
  const found = await query(line, { attemptNo });
  if (found.kind === "paid" || found.kind === "closed") return { kind: found.kind };
  return { kind: "unknown", reason: `${METHOD}: refused for the order's status, which is ${found.kind}` };
}
