import { isoShanghai, type PayerAction } from "@payhub/domain";
import type { ChargeOutcome, ChargeRequest } from "../channel.ts";
import { appWords, merchantWords, transactionsPath } from "./identity.ts";
import type { Line } from "./line.ts";
import { declinedOf } from "./status.ts";
import { descriptionFrom, timeExpire } from "./text.ts";
import { call } from "./transport.ts";

/** A product of WeChat Pay under which an order is placed first and paid later. */
export interface Product<Request extends ChargeRequest> {
  path: string;
  /** What the payer needs, from the signed answer; `undefined` when it is not there. */
  actionFrom(
    answer: Uint8Array,
    request: Request,
    line: Line,
  ): PayerAction | undefined | Promise<PayerAction | undefined>;
}

/** Places an order; the same request is the same body, so that a repeat gives the same order a fresh code. */
export async function placeOrder<Request extends ChargeRequest>(
  line: Line,
  request: Request,
  product: Product<Request>,
  extra: Readonly<Record<string, unknown>> = {},
): Promise<ChargeOutcome> {
  const { credentials } = line;
  const body = JSON.stringify({
    ...appWords(credentials, request.scene),
    ...merchantWords(credentials),
    description: descriptionFrom(request.subject, request.attemptNo),
    out_trade_no: request.attemptNo,
    time_expire: timeExpire(isoShanghai(request.expiresAt)),
    notify_url: request.notifyUrl,
    amount: { total: request.amount, currency: "CNY" },
    ...extra,
  });
  const path = `${transactionsPath(credentials)}/${product.path}`;
  const result = await call(line, { method: "POST", path, body });
  if (result.kind === "refused") return declinedOf(result);
  if (result.kind !== "done") return result;
  const action = await product.actionFrom(result.body, request, line);
  return action ? { kind: "accepted", action } : { kind: "unknown", reason: "the signed answer holds no code" };
}
