import type { BillName } from "../core/bill-desk.ts";
import { spoilLines, sumError } from "../core/bill-lines.ts";
import type { BillKind, BillSpoil } from "../core/bills.ts";
import { startOfBusinessDay } from "../core/business-day.ts";
import { feeOf } from "../core/fee.ts";
import { beijingStamp } from "./beijing-time.ts";
import { type Deal, dealsOf } from "./bill-deals.ts";
import { accountDetail, accountSummary, accountWords, balanceOf, newestFirst } from "./bill-fund-flow.ts";
import { type BillHead, type BillTable, digitsOf } from "./bill-text.ts";
import { shuffleTrades, tradeDetail, tradeSummary, tradeWords } from "./bill-trade.ts";
import type { AlipayContext } from "./call.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Which of a seller's bills; `businessDay` is a day of the calendar as `2026-11-20`. */
export type AskedBill = { billKind: BillKind; businessDay: string; sellerId: string };

/** A bill as it is to be written: its two files, and how the script wants them spoiled. */
export type IssuedBill = {
  head: BillHead;
  detail: BillTable;
  summary: BillTable;
  spoils: readonly BillSpoil[];
  isEmpty: boolean;
};

/** What a bill says; `opening` is the account's balance before the day, in fen, `exportedAt` in epoch ms. */
type Content = { deals: Deal[]; opening: number; exportedAt: number };

/** The bill of a seller's day: what had moved when it was first asked for, with the spoils that were scripted since. */
export function issueBill(context: AlipayContext, asked: AskedBill): IssuedBill {
  const { billKind, businessDay, sellerId } = asked;
  const name = billName(asked);
  const from = startOfBusinessDay(businessDay) ?? 0;
  const { bills } = context.core;
  const content = bills.issued(name, (edition) => writeContent(context, { ...asked, from, edition }));
  const { deals, opening, exportedAt } = content;
  const spoils = bills.spoilsOf(name);
  const feeRate = [...context.merchants.values()].find((one) => one.sellerId === sellerId)?.feeRate;
  const lines = spoilLines(deals, { spoils, add: (payment) => inventPayment(payment, { billKind, from, feeRate }) });
  return {
    head: { account: accountOf(sellerId), from, to: from + dayMs, exportedAt },
    ...tablesOf(billKind, lines, { opening, sumError: sumError(spoils) }),
    spoils,
    isEmpty: deals.length === 0 && lines.length === 0,
  };
}

/** The name of a bill at the desk of all channels. */
export function billName({ billKind, businessDay, sellerId }: AskedBill): BillName {
  return { channel: "alipay", billKind, businessDay, merchantId: sellerId };
}

/** The 20 digits that bills call a seller by. */
export function accountOf(sellerId: string): string {
  return `${sellerId}0156`;
}

/** Written in the early morning of the next day, a new edition an hour after the one before. */
function writeContent(
  context: AlipayContext,
  { billKind, businessDay, sellerId, from, edition }: AskedBill & { from: number; edition: number },
): Content {
  const words = billKind === "trade" ? tradeWords : accountWords;
  const all = context.orders
    .list()
    .filter((order) => order.sellerId === sellerId)
    .flatMap((order) => dealsOf(order, { feeRate: context.merchants.get(order.appId)?.feeRate, words }));
  const deals = all.filter(({ at }) => at >= from && at < from + dayMs);
  const seconds = Number(digitsOf(`${sellerId}/${businessDay}/${billKind}`, 15)) % 3600;
  return {
    deals: billKind === "trade" ? shuffleTrades(deals) : newestFirst(deals),
    opening: balanceOf(all.filter(({ at }) => at < from)),
    exportedAt: from + dayMs + (4 + edition) * hourMs + seconds * 1000,
  };
}

function tablesOf(billKind: BillKind, deals: readonly Deal[], sums: { opening: number; sumError: number }) {
  switch (billKind) {
    case "trade":
      return { detail: tradeDetail(deals, sums), summary: tradeSummary(deals) };
    case "fund_flow":
      return { detail: accountDetail(deals, sums), summary: accountSummary(deals) };
  }
}

/** A payment at noon that nobody made. */
function inventPayment(
  { outTradeNo, amount }: { outTradeNo: string; amount: number },
  { billKind, from, feeRate }: { billKind: BillKind; from: number; feeRate: number | undefined },
): Deal {
  const at = from + 12 * hourMs;
  return {
    kind: "payment",
    outTradeNo,
    amount,
    fee: feeOf({ amount, feeRate }),
    status: (billKind === "trade" ? tradeWords : accountWords).payment,
    tradeNo: `${beijingStamp(at).date}22001${digitsOf(outTradeNo, 15)}`,
    requestNo: "",
    subject: "商品",
    body: "",
    buyer: "*三(138****0001)",
    tradeCreatedAt: at,
    at,
  };
}
