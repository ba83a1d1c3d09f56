import type { ChargeOutcome } from "../channel.ts";
import { type ChargeOf, orderOf, timeoutOf } from "./order.ts";
import { declined } from "./status.ts";
import { type AccountLine, callGateway } from "./transport.ts";

const METHOD = "alipay.trade.precreate";

/** Asks for a QR code that the payer scans. Source: https://opendocs.alipay.com/open/8ad49e4a_alipay.trade.precreate */
export async function precreate(line: AccountLine, request: ChargeOf<"qr">): Promise<ChargeOutcome> {
  const answer = await callGateway(line, {
    method: METHOD,
    attemptNo: request.attemptNo,
    notifyUrl: request.notifyUrl,
    biz: {
      ...orderOf(line, request),
      product_code: "FACE_TO_FACE_PAYMENT",
      qr_code_timeout_express: timeoutOf(request),
    },
  });
  switch (answer.kind) {
    case "success": {
      const codeUrl = answer.fields.qr_code;
      if (typeof codeUrl !== "string" || codeUrl === "") {
        return { kind: "unknown", reason: `${METHOD}: an answer without a QR code` };
      }
      return { kind: "accepted", action: { type: "show_qr", codeUrl, expiresAt: request.expiresAt } };
    }
    case "refusal":
      return declined(answer);
    case "unknown":
    case "unsent":
      return answer;
  }
}
