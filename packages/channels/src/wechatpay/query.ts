import type { QueryOutcome, QueryRequest } from "../channel.ts";
import { isOwnMerchant, merchantWords, orderPath, tradePath } from "./identity.ts";
import type { Line } from "./line.ts";
import { parseJson } from "./parse-json.ts";
import { declinedOf, isAbsentCode, TRADE_STATES } from "./status.ts";
import { receiptFrom, type Transaction, transactionSchema } from "./transaction.ts";
import { call } from "./transport.ts";

/** Asks about an order by our number (https://pay.weixin.qq.com/doc/v3/merchant/4012791880) or by WeChat Pay's own. */
export async function query(line: Line, { attemptNo, channelTradeNo }: QueryRequest): Promise<QueryOutcome> {
  const { credentials } = line;
  const order = channelTradeNo ? tradePath(credentials, channelTradeNo) : orderPath(credentials, attemptNo);
  const path = `${order}?${new URLSearchParams(merchantWords(credentials))}`;
  const result = await call(line, { method: "GET", path, body: "" });
  if (result.kind === "refused") return isAbsentCode(result.code) ? { kind: "absent" } : declinedOf(result);
  if (result.kind !== "done") return result;
  const transaction = parseJson(transactionSchema, result.body);
  if (!transaction) return unknown("the signed answer holds no transaction");
  if (transaction.out_trade_no !== attemptNo) return unknown("the answer is about another order number");
  return outcomeOf(line, transaction);
}

function outcomeOf(line: Line, transaction: Transaction): QueryOutcome {
  const state = TRADE_STATES.get(transaction.trade_state);
  if (state === "paid") {
    const receipt = receiptFrom(transaction, line);
    return receipt ? { kind: "paid", receipt } : unknown("the paid transaction lacks a number, an amount or a time");
  }
  // Another merchant's receipt is for the trade core to hold; another merchant's "no" says nothing about ours.
  if (!isOwnMerchant(transaction, line.credentials)) return unknown("the answer is about another merchant");
  switch (state) {
    case "unpaid":
    case "closed":
      return { kind: state };
    case "failed":
      return { kind: "failed", code: transaction.trade_state, message: transaction.trade_state_desc };
    default:
      return unknown("the answer holds a state that is not known");
  }
}

function unknown(reason: string): QueryOutcome {
  return { kind: "unknown", reason };
}
