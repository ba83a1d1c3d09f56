import { beijingTime } from "./beijing-time.ts";
import { type Deal, type DealWords, moneyOf } from "./bill-deals.ts";
import { type BillTable, digitsOf, renderRow, signedYuan, tabbed } from "./bill-text.ts";

const columns = [
  "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户",
  "订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称",
  "商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注",
].join(",");

const summaryColumns = [
  "门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,支付宝优惠（元）,商家优惠（元）",
  "卡消费金额（元）,服务费（元）,分润（元）,实收净额（元）",
].join(",");

/** 业务类型. */
export const tradeWords: DealWords = { payment: "交易", refund: "退款", reversal: "退款" };

/** Readers go by the word of a line, so the totals do. */
const isRefund = ({ status }: Deal) => status === tradeWords.refund;

const sum = (deals: readonly Deal[], of: (deal: Deal) => number) => deals.reduce((total, deal) => total + of(deal), 0);

/** The order of a trade bill's lines: always the same, and not that of their times. */
export function shuffleTrades(deals: readonly Deal[]): Deal[] {
  const keyed = deals.map((deal) => ({ key: digitsOf(`${deal.tradeNo}/${deal.requestNo}`, 15), deal }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ deal }) => deal);
}

/**
 * 业务明细: a line for each payment and each refund, refunds with negative amounts and the fee that came back.
 * Source: https://opendocs.alipay.com/open/204/106262
 */
export function tradeDetail(deals: readonly Deal[], { sumError }: { sumError: number }): BillTable {
  const refunds = deals.filter(isRefund);
  const paid = sum(deals, moneyOf) - sum(refunds, moneyOf) + sumError;
  const refunded = signedYuan(sum(refunds, moneyOf));
  return {
    title: "支付宝业务明细查询",
    list: "业务明细列表",
    dashes: { begin: [41, 40], end: [41, 36] },
    columns,
    rows: deals.map(rowOf),
    totals: [
      `交易合计：${deals.length - refunds.length}笔，商家实收共${signedYuan(paid)}元，商家优惠共0.00元`,
      `退款合计：${refunds.length}笔，商家实收退款共${refunded}元，商家优惠退款共0.00元`,
    ],
  };
}

function rowOf(deal: Deal): string {
  const money = signedYuan(moneyOf(deal));
  const cells = [
    ...[tabbed(deal.tradeNo), tabbed(deal.outTradeNo), tabbed(deal.status), deal.subject],
    ...[beijingTime(deal.tradeCreatedAt), beijingTime(deal.at)],
    ...[tabbed(""), tabbed(""), tabbed(""), tabbed(""), tabbed(deal.buyer)],
    ...[money, money, "0.00", "0.00", "0.00", "0.00", "0.00", "", tabbed("0.00"), "0.00"],
    ...[tabbed(deal.requestNo), signedYuan(-deal.fee), "0.00", deal.body],
  ];
  return renderRow(cells, deal);
}

/** 业务明细(汇总): a row for the orders of no store, when there are any, and the total. */
export function tradeSummary(deals: readonly Deal[]): BillTable {
  const refundCount = deals.filter(isRefund).length;
  const money = sum(deals, moneyOf);
  const fees = sum(deals, ({ fee }) => -fee);
  const cells = [
    ...[String(deals.length - refundCount), String(refundCount)],
    ...[signedYuan(money), signedYuan(money), "0.00", "0.00", "0.00"],
    ...[signedYuan(fees), "0.00", signedYuan(money + fees)],
  ];
  const total = renderRow(["合计", "", ...cells]);
  return {
    title: "支付宝业务汇总查询",
    list: "业务汇总列表",
    dashes: { begin: [41, 40], end: [40, 37] },
    columns: summaryColumns,
    rows: deals.length > 0 ? [renderRow(["", "", ...cells]), total] : [total],
    totals: [],
  };
}
