import { beijingStamp, beijingTime } from "./beijing-time.ts";
import { type Deal, type DealWords, moneyOf } from "./bill-deals.ts";
import { type BillTable, digitsOf, renderRow, signedYuan, tabbed } from "./bill-text.ts";

const columns = [
  "账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）",
  "交易渠道,业务类型,备注",
].join(",");

const summaryColumns = "类型,收入笔数,收入金额（+元）,支出笔数,支出金额（-元）,总金额（元）";
const dashes: BillTable["dashes"] = { begin: [41, 40], end: [40, 37] };

/** 业务类型 of what moved money; fees have their own. */
export const accountWords: DealWords = { payment: "在线支付", refund: "退款", reversal: "退款" };

/** One movement of the account in fen, negative is out: a deal's money, or its fee. */
type Movement = { deal: Deal; word: string; money: number; remark: string; isTorn?: boolean | undefined };

/** The newest first: the fee follows the money, so it stands before it. A free deal has no fee. */
function movementsOf(deals: readonly Deal[]): Movement[] {
  return deals.flatMap((deal): Movement[] => {
    const { status: word, fee, body: remark, isTorn } = deal;
    const moved = { deal, word, money: moneyOf(deal), remark, isTorn };
    return fee === 0 ? [moved] : [{ deal, word: fee > 0 ? "收费" : "退费", money: -fee, remark: "服务费" }, moved];
  });
}

/** The order of an account bill's lines: the newest first. */
export function newestFirst(deals: readonly Deal[]): Deal[] {
  return deals.toSorted((a, b) => b.at - a.at || (a.tradeNo < b.tradeNo ? 1 : -1));
}

/** What the deals left on the account, fees paid, in fen. */
export function balanceOf(deals: readonly Deal[]): number {
  return deals.reduce((balance, deal) => balance + moneyOf(deal) - deal.fee, 0);
}

/**
 * 账务明细: how the account moved and what it then held; `opening` is what it held before, in fen.
 * Source: https://opendocs.alipay.com/open/204/106262
 */
export function accountDetail(
  deals: readonly Deal[],
  { opening, sumError }: { opening: number; sumError: number },
): BillTable {
  const movements = movementsOf(deals);
  const { income, outgo } = totalsOf(movements);
  let balance = opening;
  const rows = movements.toReversed().map((movement) => {
    balance += movement.money;
    return rowOf(movement, balance);
  });
  return {
    title: "支付宝账务明细查询",
    list: "账务明细列表",
    dashes,
    columns,
    rows: rows.toReversed(),
    totals: [
      `支出合计：${outgo.count}笔，共${signedYuan(outgo.money)}元`,
      `收入合计：${income.count}笔，共${signedYuan(income.money + sumError)}元`,
    ],
  };
}

function rowOf({ deal, word, money, remark, isTorn }: Movement, balance: number): string {
  const serial = `${beijingStamp(deal.at).date}${digitsOf(`${deal.tradeNo}/${deal.requestNo}/${word}`, 15)}`;
  const cells = [
    ...[tabbed(serial), tabbed(deal.tradeNo), tabbed(deal.outTradeNo), tabbed(deal.subject)],
    ...[beijingTime(deal.at), tabbed(deal.buyer)],
    ...[signedYuan(Math.max(money, 0)), signedYuan(Math.min(money, 0)), signedYuan(balance)],
    ...["支付宝", word, remark],
  ];
  return renderRow(cells, { isTorn });
}

/** 账务明细(汇总): a row for each type, and the total. */
export function accountSummary(deals: readonly Deal[]): BillTable {
  const movements = movementsOf(deals);
  const byWord = Map.groupBy(movements, ({ word }) => word);
  return {
    title: "支付宝账务汇总查询",
    list: "账务汇总列表",
    dashes,
    columns: summaryColumns,
    rows: [...[...byWord].map(([word, moved]) => totalRow(word, moved)), totalRow("合计", movements)],
    totals: [],
  };
}

function totalRow(name: string, movements: readonly Movement[]): string {
  const { income, outgo } = totalsOf(movements);
  const cells = [income, outgo].flatMap(({ count, money }) => [String(count), signedYuan(money)]);
  return renderRow([name, ...cells, signedYuan(income.money + outgo.money)]);
}

function totalsOf(movements: readonly Movement[]) {
  const total = (moved: readonly Movement[]) => ({
    count: moved.length,
    money: moved.reduce((sum, { money }) => sum + money, 0),
  });
  const isOut = ({ money }: Movement) => money < 0;
  return { income: total(movements.filter((one) => !isOut(one))), outgo: total(movements.filter(isOut)) };
}
