import type { CloseOutcome } from "../channel.ts";
import { closeRefusal } from "./status.ts";
import { callGateway, type GatewayLine } from "./transport.ts";

/** Closes an attempt's order; one whose QR code nobody scanned is `absent` and stays payable until it expires. Source: https://opendocs.alipay.com/open/e84f0d79_alipay.trade.close */
export async function close(line: GatewayLine, attemptNo: string): Promise<CloseOutcome> {
  const answer = await callGateway(line, { method: "alipay.trade.close", attemptNo });
  switch (answer.kind) {
    case "success":
      return { kind: "closed" };
    case "refusal":
      return closeRefusal(answer);
    case "unknown":
    case "unsent":
      return answer;
  }
}
