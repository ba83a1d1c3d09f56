import { yuanFromFen } from "@payhub/domain";
import type { ChargeOutcome, ChargeRequest } from "../channel.ts";
import { beijingTime } from "./beijing-time.ts";
import { declined } from "./status.ts";
import { alipaySubject } from "./text.ts";
import { type AccountLine, callGateway } from "./transport.ts";

const MINUTE_MS = 60_000;
const METHOD = "alipay.trade.precreate";

/**
 * Asks for a QR code that the payer scans. The absolute `time_expire` ends the order when the attempt ends, however late
 * a repeated call comes; naming the seller keeps the money from any other account of the app. Source: https://opendocs.alipay.com/open/8ad49e4a_alipay.trade.precreate
 */
export async function precreate(line: AccountLine, request: ChargeRequest): Promise<ChargeOutcome> {
  const minutes = Math.max(1, Math.ceil((request.expiresAt - request.createdAt) / MINUTE_MS));
  const answer = await callGateway(line, {
    method: METHOD,
    attemptNo: request.attemptNo,
    notifyUrl: request.notifyUrl,
    biz: {
      total_amount: yuanFromFen(request.amount),
      subject: alipaySubject(request.subject),
      seller_id: line.sellerId,
      product_code: "FACE_TO_FACE_PAYMENT",
      time_expire: beijingTime(request.expiresAt),
      timeout_express: `${minutes}m`,
      qr_code_timeout_express: `${minutes}m`,
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
