import { randomBytes } from "node:crypto";
import type { BillKind } from "../core/bills.ts";
import { billContent, billName, statedHash } from "./bill-content.ts";
import type { BillQuestion } from "./bill-request.ts";
import { noStatementExist, readBillQuestion, statementCreating } from "./bill-request.ts";
import type { Answer, AuthorizedRequest, Route } from "./handler.ts";
import type { Wechatpay } from "./trade.ts";

const tokenLifetimeMs = 5 * 60_000;

/**
 * Ask where the bill of a day can be had: what was traded (https://pay.weixin.qq.com/doc/v3/merchant/4012791907) and how the
 * balance moved (https://pay.weixin.qq.com/doc/v3/merchant/4012791908).
 */
export const billRoutes: readonly Route[] = [
  billRoute("/v3/bill/tradebill", "trade"),
  billRoute("/v3/bill/fundflowbill", "fund_flow"),
];

function billRoute(url: string, billKind: BillKind): Route {
  return {
    method: "GET",
    url,
    mode: "direct",
    operation: "bill",
    handle: (wechatpay, request) => giveBill(wechatpay, billKind, request),
  };
}

async function giveBill(
  wechatpay: Wechatpay,
  billKind: BillKind,
  { query, merchant }: AuthorizedRequest,
): Promise<Answer> {
  const { clock, bills } = wechatpay.core;
  const question = readBillQuestion(billKind, { query, merchant, now: clock.now() });
  if (bills.isBeingMade(billName(question))) throw statementCreating();
  const content = billContent(wechatpay, question);
  if (!content) throw noStatementExist();
  const hash = await statedHash(wechatpay, question, content);
  return { body: { hash_type: "SHA1", hash_value: hash, download_url: addressOf(wechatpay, question) } };
}

/** An address that works for five minutes. */
function addressOf({ core, billTokens }: Wechatpay, question: BillQuestion): string {
  const token = randomBytes(32).toString("base64url");
  billTokens.put(token, { question, expiresAt: core.clock.now() + tokenLifetimeMs });
  return `${core.urls().wechatpay}/v3/billdownload/file?token=${token}${question.isGzip ? "&tartype=gzip" : ""}`;
}
