import { z } from "zod";
import type { ChargeOutcome, ChargeRequest } from "../channel.ts";
import { appWords, merchantWords, transactionsPath } from "./identity.ts";
import type { Line } from "./line.ts";
import { parseJson } from "./parse-json.ts";
import { declinedOf, isUserPayingCode, TRADE_STATES } from "./status.ts";
import { descriptionFrom } from "./text.ts";
import { receiptFrom, transactionSchema } from "./transaction.ts";
import { call } from "./transport.ts";

/** While the payer types a password the answer may hold nothing else. */
const stateSchema = z.object({ trade_state: z.string(), out_trade_no: z.string().optional() });

/** Takes the money of a payer who showed a bar code or a face, at once or after a password: https://pay.weixin.qq.com/doc/v3/merchant/4012382150 */
export async function codepay(
  line: Line,
  request: ChargeRequest & { scene: "barcode" | "face" },
): Promise<ChargeOutcome> {
  const { credentials } = line;
  const body = JSON.stringify({
    ...appWords(credentials, request.scene),
    ...merchantWords(credentials),
    description: descriptionFrom(request.subject, request.attemptNo),
    out_trade_no: request.attemptNo,
    payer: { auth_code: request.authCode },
    amount: { total: request.amount, currency: "CNY" },
    scene_info: { store_info: { out_id: request.storeNo } },
  });
  const result = await call(line, { method: "POST", path: `${transactionsPath(credentials)}/codepay`, body });
  if (result.kind === "refused") return declinedOf(result);
  if (result.kind === "unknown" && isUserPayingCode(result.code)) return { kind: "pending" };
  return result.kind === "done" ? outcomeOf(line, request, result.body) : result;
}

function outcomeOf(line: Line, { attemptNo }: ChargeRequest, body: Uint8Array): ChargeOutcome {
  const answer = parseJson(stateSchema, body);
  if (!answer) return unknown("the signed answer holds no state");
  if ((answer.out_trade_no ?? attemptNo) !== attemptNo) return unknown("the answer is about another order number");
  const { trade_state: code } = answer;
  switch (TRADE_STATES.get(code)) {
    case "paid":
      return paidFrom(line, body);
    case "unpaid":
      return { kind: "pending" };
    case "closed":
      return { kind: "declined", because: "already_closed", code, message: "" };
    case "failed":
      return { kind: "declined", because: "refused", code, message: "" };
    default:
      return unknown("the answer holds a state that is not known");
  }
}

function paidFrom(line: Line, body: Uint8Array): ChargeOutcome {
  const transaction = parseJson(transactionSchema, body);
  if (!transaction) return unknown("the signed answer holds no transaction");
  const receipt = receiptFrom(transaction, line);
  return receipt ? { kind: "paid", receipt } : unknown("the paid transaction lacks a number, an amount or a time");
}

function unknown(reason: string): ChargeOutcome {
  return { kind: "unknown", reason };
}
