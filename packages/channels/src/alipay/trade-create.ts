import type { ChargeOutcome } from "../channel.ts";
import { type ChargeOf, orderOf } from "./order.ts";
import { declined } from "./status.ts";
import { type AccountLine, callGateway } from "./transport.ts";

const METHOD = "alipay.trade.create";
const USER_ID = /^2088\d{12}$/;

/**
 * Makes a trade of one known payer and gives its number, with which a page or mini-program in the wallet calls `tradePay`.
 * Source: https://opendocs.alipay.com/open/f72f0792_alipay.trade.create
 */
export async function createTrade(
  line: AccountLine,
  request: ChargeOf<"jsapi" | "miniprogram">,
): Promise<ChargeOutcome> {
  const { attemptNo, notifyUrl, openid } = request;
  const answer = await callGateway(line, {
    method: METHOD,
    attemptNo,
    notifyUrl,
    biz: {
      ...orderOf(line, request),
      ...productOf(line, request),
      [USER_ID.test(openid) ? "buyer_id" : "buyer_open_id"]: openid,
    },
  });
  switch (answer.kind) {
    case "success": {
      const tradeNO = answer.fields.trade_no;
      if (typeof tradeNO !== "string" || tradeNO === "") {
        return { kind: "unknown", reason: `${METHOD}: an answer without a trade number` };
      }
      return { kind: "accepted", action: { type: "invoke_jsapi", parameters: { tradeNO } } };
    }
    case "refusal":
      return declined(answer);
    case "unknown":
    case "unsent":
      return answer;
  }
}

/** A mini-program's product names the mini-program that does the business. */
function productOf(line: AccountLine, { scene }: ChargeOf<"jsapi" | "miniprogram">): Readonly<Record<string, string>> {
  if (scene === "jsapi") return { product_code: "FACE_TO_FACE_PAYMENT" };
  return { product_code: "JSAPI_PAY", op_app_id: line.miniprogramAppId };
}
