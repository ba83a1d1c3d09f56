import { CURRENCY, type Receipt } from "@payhub/domain";
import { z } from "zod";
import type { QueryOutcome, QueryRequest } from "../channel.ts";
import { parseBeijingTime } from "./beijing-time.ts";
import { isTradeStatus, queryRefusal, TRADE_STATUSES } from "./status.ts";
import { type AccountLine, callGateway } from "./transport.ts";
import { fenOf } from "./yuan.ts";

const METHOD = "alipay.trade.query";

const PAID = z.object({
  out_trade_no: z.string(),
  trade_no: z.string().min(1),
  total_amount: z.string(),
  send_pay_date: z.string(),
  trans_currency: z.string().optional(),
});

/**
 * Asks for an attempt's order, by Alipay's own number where that is given; the receipt names only the app asked, because Alipay's answer names no seller.
 * Source: https://opendocs.alipay.com/open/82ea786a_alipay.trade.query
 */
export async function query(line: AccountLine, { attemptNo, channelTradeNo }: QueryRequest): Promise<QueryOutcome> {
  const biz: Record<string, string> = channelTradeNo ? { trade_no: channelTradeNo } : {};
  const answer = await callGateway(line, { method: METHOD, attemptNo, biz });
  switch (answer.kind) {
    case "success":
      return outcomeOf(answer.fields, line.appId);
    case "refusal":
      return queryRefusal(answer);
    case "unknown":
    case "unsent":
      return answer;
  }
}

function outcomeOf(fields: Readonly<Record<string, unknown>>, appId: string): QueryOutcome {
  const { trade_status: status } = fields;
  if (!isTradeStatus(status)) return { kind: "unknown", reason: `${METHOD}: an answer with an unknown trade status` };
  const kind = TRADE_STATUSES[status];
  if (kind !== "paid") return { kind };
  const receipt = receiptOf(fields, appId);
  return receipt
    ? { kind: "paid", receipt }
    : { kind: "unknown", reason: `${METHOD}: a paid order that cannot be read` };
}

function receiptOf(fields: Readonly<Record<string, unknown>>, appId: string): Receipt | undefined {
  const read = PAID.safeParse(fields);
  if (!read.success) return undefined;
  const paidAt = parseBeijingTime(read.data.send_pay_date);
  const amount = fenOf(read.data.total_amount);
  if (paidAt === undefined || amount === undefined) return undefined;
  return {
    outTradeNo: read.data.out_trade_no,
    channelTradeNo: read.data.trade_no,
    amount,
    currency: read.data.trans_currency ?? CURRENCY,
    paidAt,
    payee: { appId },
  };
}
