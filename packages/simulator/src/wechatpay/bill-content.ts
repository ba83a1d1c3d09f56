import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { spoiledBytes } from "../core/bill-bytes.ts";
import type { BillName } from "../core/bill-desk.ts";
import { spoilLines, sumError } from "../core/bill-lines.ts";
import type { BillSpoil } from "../core/bills.ts";
import { fundFlowBill, fundFlowOf } from "./bill-fund-flow.ts";
import type { BillLine } from "./bill-lines.ts";
import { billLines } from "./bill-lines.ts";
import { madeUpLine } from "./bill-made-up.ts";
import type { BillQuestion } from "./bill-request.ts";
import { isInTradeBill, tradeBill } from "./bill-trade.ts";
import type { Owner } from "./identity.ts";
import type { Wechatpay } from "./trade.ts";

const dayMs = 86_400_000;

/** The name under which the desk keeps a bill; its merchant is whom it is about. */
export function billName({ billKind, businessDay, mchid, subMchid }: BillQuestion): BillName {
  return { channel: "wechatpay", billKind, businessDay, merchantId: subMchid ?? mchid };
}

/** A bill's uncompressed bytes, the same at every call; `undefined` when there was no business. */
export function billContent(wechatpay: Wechatpay, question: BillQuestion): Buffer | undefined {
  const spoils = wechatpay.core.bills.spoilsOf(billName(question));
  return question.billKind === "trade"
    ? tradeContent(wechatpay, question, spoils)
    : fundFlowContent(wechatpay, question, spoils);
}

function tradeContent(wechatpay: Wechatpay, question: BillQuestion, spoils: BillSpoil[]): Buffer | undefined {
  const { mchid, subMchid, billType } = question;
  const owns = (owner: Owner) => owner.mchid === mchid && (subMchid === undefined || owner.subMchid === subMchid);
  const issued = wechatpay.core.bills.issued(billName(question), () =>
    billLines(wechatpay, { owns, includes: isOnDay(question) }),
  );
  const concerned = (line: BillLine) => isInTradeBill(line, billType);
  const spoiled = spoilLines(issued, { spoils, add: (payment) => madeUpLine(wechatpay, question, payment) });
  if (!issued.some(concerned) && !spoiled.some(concerned)) return undefined;
  return tradeBill(spoiled.filter(concerned), { billType, sumError: sumError(spoils) });
}

/** The money of a service provider's merchants is in their own accounts, whose bills the provider does not get here. */
function fundFlowContent(wechatpay: Wechatpay, question: BillQuestion, spoils: BillSpoil[]): Buffer | undefined {
  const owns = ({ mchid, subMchid }: Owner) => mchid === question.mchid && subMchid === undefined;
  const { opening, lines } = wechatpay.core.bills.issued(billName(question), () =>
    fundFlowOf({
      before: billLines(wechatpay, { owns, includes: (at) => at < question.startsAt }),
      day: billLines(wechatpay, { owns, includes: isOnDay(question) }),
    }),
  );
  const add = (payment: { outTradeNo: string; amount: number }) => ({
    ...madeUpLine(wechatpay, question, payment),
    status: "交易",
  });
  const spoiled = spoilLines(lines, { spoils, add });
  if (question.accountType !== "BASIC" || (lines.length === 0 && spoiled.length === 0)) return undefined;
  return fundFlowBill({ opening, lines: spoiled }, { sumError: sumError(spoils) });
}

const isOnDay =
  ({ startsAt }: BillQuestion) =>
  (at: number) =>
    at >= startsAt && at < startsAt + dayMs;

/** The bytes that are sent, in chunks: a huge bill never stands in memory as a whole. */
export async function* billChunks(
  wechatpay: Wechatpay,
  question: BillQuestion,
  content: Buffer,
): AsyncGenerator<Uint8Array> {
  for (const chunk of spoiledBytes(content, wechatpay.core.bills.spoilsOf(billName(question)))) {
    yield chunk;
    await setImmediate();
  }
}

/** The SHA-1 that is stated for these bytes, in hex. */
export async function statedHash(wechatpay: Wechatpay, question: BillQuestion, content: Buffer): Promise<string> {
  const hash = createHash("sha1");
  for await (const chunk of billChunks(wechatpay, question, content)) hash.update(chunk);
  const isWrong = wechatpay.core.bills.spoilsOf(billName(question)).some(({ kind }) => kind === "wrong_hash");
  return isWrong ? hash.update("another").digest("hex") : hash.digest("hex");
}
