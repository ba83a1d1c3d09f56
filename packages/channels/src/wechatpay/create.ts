import { isoShanghai, type PayerAction, type Scene } from "@payhub/domain";
import { z } from "zod";
import type { ChargeOutcome, ChargeRequest } from "../channel.ts";
import type { Line } from "./line.ts";
import { parseJson } from "./parse-json.ts";
import { declinedOf } from "./status.ts";
import { descriptionFrom, timeExpire } from "./text.ts";
import { call } from "./transport.ts";

/** The product of WeChat Pay that serves a scene. */
interface Product {
  path: string;
  /** What the payer needs, from the signed answer; `undefined` when it is not there. */
  actionFrom(body: Uint8Array, request: ChargeRequest): PayerAction | undefined;
}

const nativeAnswer = z.object({ code_url: z.string().min(1).max(512) });

/** Native: https://pay.weixin.qq.com/doc/v3/merchant/4012791877 */
const native: Product = {
  path: "/v3/pay/transactions/native",
  actionFrom(body, { expiresAt }) {
    const answer = parseJson(nativeAnswer, body);
    return answer && { type: "show_qr", codeUrl: answer.code_url, expiresAt };
  },
};

const PRODUCTS: Readonly<Partial<Record<Scene, Product>>> = { qr: native };

/** Places an order; the same request is the same body, so that a repeat gives the same order a fresh code. */
export async function create(line: Line, request: ChargeRequest): Promise<ChargeOutcome> {
  const product = PRODUCTS[request.scene];
  if (!product) throw new Error(`WeChat Pay has no product for scene "${request.scene}"`);
  const { mchid, appid } = line.credentials;
  const body = JSON.stringify({
    appid,
    mchid,
    description: descriptionFrom(request.subject, request.attemptNo),
    out_trade_no: request.attemptNo,
    time_expire: timeExpire(isoShanghai(request.expiresAt)),
    notify_url: request.notifyUrl,
    amount: { total: request.amount, currency: "CNY" },
  });
  const result = await call(line, { method: "POST", path: product.path, body });
  if (result.kind === "refused") return declinedOf(result);
  if (result.kind !== "done") return result;
  const action = product.actionFrom(result.body, request);
  return action ? { kind: "accepted", action } : { kind: "unknown", reason: "the signed answer holds no code" };
}
