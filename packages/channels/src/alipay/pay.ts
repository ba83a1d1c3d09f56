import type { ChargeOutcome } from "../channel.ts";
import { type ChargeOf, orderOf } from "./order.ts";
import { query } from "./query.ts";
import { declined } from "./status.ts";
import { type AccountLine, callGateway, IN_PROCESS } from "./transport.ts";

const METHOD = "alipay.trade.pay";

/** What the payer showed: a bar code in the wallet, or a face. */
const CODE_KINDS = { barcode: "bar_code", face: "security_code" } as const;

/**
 * Charges the code that the payer showed at the counter. A success may still be rolled back, so it counts once a query confirms it;
 * until then, and while the payer types a password, the outcome is pending. Source: https://opendocs.alipay.com/open/1f1fe18c_alipay.trade.pay
 */
export async function pay(line: AccountLine, request: ChargeOf<"barcode" | "face">): Promise<ChargeOutcome> {
  const { attemptNo, notifyUrl } = request;
  const answer = await callGateway(line, {
    method: METHOD,
    attemptNo,
    notifyUrl,
    mayBeInProcess: true,
    biz: {
      ...orderOf(line, request),
      product_code: "FACE_TO_FACE_PAYMENT",
      scene: CODE_KINDS[request.scene],
      auth_code: request.authCode,
      store_id: request.storeNo,
    },
  });
  switch (answer.kind) {
    case "success":
      return answer.fields.code === IN_PROCESS ? { kind: "pending" } : confirm(line, attemptNo);
    case "refusal":
      return declined(answer);
    case "unknown":
    case "unsent":
      return answer;
  }
}

async function confirm(line: AccountLine, attemptNo: string): Promise<ChargeOutcome> {
  const found = await query(line, { attemptNo });
  return found.kind === "paid" ? found : { kind: "pending" };
}
