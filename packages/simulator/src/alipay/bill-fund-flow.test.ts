import { afterEach, beforeEach, expect, test } from "vitest";
import { type AlipayBench, startAlipayBench } from "../../test/alipay-bench.ts";
import { readBill, readRows } from "../../test/alipay-bill.ts";
import { createAlipayMerchant } from "./merchant.ts";

const keys = await createAlipayMerchant({ sellerId: "2088102146225136" });
const hourMs = 3_600_000;
let bench: AlipayBench;

beforeEach(async () => {
  const startedAt = Date.parse("2026-11-19T10:00:00+08:00");
  bench = await startAlipayBench(keys, { now: () => startedAt });
});

afterEach(() => bench.stop());

async function pay(outTradeNo: string, total_amount: string): Promise<string> {
  bench.simulator.payer.pay(await bench.code(outTradeNo, { total_amount }));
  return String((await bench.query(outTradeNo)).trade_no);
}

test("an account's day, newest first, with its balance after each movement", async () => {
  await pay("DAY_BEFORE", "100.00");
  bench.simulator.clock.advance(24 * hourMs);
  const tradeNo = await pay("SIM_0001", "88.88");
  bench.simulator.clock.advance(hourMs);
  await bench.refund("SIM_0001", "8.88", { out_request_no: "RF_0001" });
  bench.simulator.clock.advance(24 * hourMs);

  const { detail, summary } = await readBill(bench, "2026-11-20", "signcustomer");
  expect(detail.name).toBe("20881021462251360156_20261120_账务明细.csv");
  expect(summary.name).toBe("20881021462251360156_20261120_账务明细(汇总).csv");
  const head = [
    "#账号：[20881021462251360156]",
    "#起始日期：[2026年11月20日 00:00:00]   终止日期：[2026年11月21日 00:00:00]",
  ];
  const exportedAt = expect.stringMatching(/^#导出时间：\[2026年11月21日 05:\d\d:\d\d\]$/);
  const told = (at: string, money: string) =>
    `${tradeNo}\t,SIM_0001\t,龙井一杯\t,2026-11-20 ${at},*三(159****5620)\t,${money}`;
  const lines = detail.text.split("\r\n");
  expect(lines.map((line) => line.replace(/^20261120\d{15}\t,/, ""))).toEqual([
    "#支付宝账务明细查询",
    ...head,
    "#-----------------------------------------账务明细列表----------------------------------------",
    "账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,交易渠道,业务类型,备注",
    told("11:00:00", "0.05,0.00,178.92,支付宝,退费,服务费"),
    told("11:00:00", "0.00,-8.88,178.87,支付宝,退款,"),
    told("10:00:00", "0.00,-0.53,187.75,支付宝,收费,服务费"),
    told("10:00:00", "88.88,0.00,188.28,支付宝,在线支付,"),
    "#----------------------------------------账务明细列表结束-------------------------------------",
    "#支出合计：2笔，共-9.41元",
    "#收入合计：2笔，共88.93元",
    exportedAt,
    "",
  ]);
  const serials = lines.slice(5, 9).map((line) => line.split("\t")[0]);
  expect(new Set(serials).size).toBe(4);
  expect(summary.text.split("\r\n")).toEqual([
    "#支付宝账务汇总查询",
    ...head,
    "#-----------------------------------------账务汇总列表----------------------------------------",
    "类型,收入笔数,收入金额（+元）,支出笔数,支出金额（-元）,总金额（元）",
    "退费,1,0.05,0,0.00,0.05",
    "退款,0,0.00,1,-8.88,-8.88",
    "收费,0,0.00,1,-0.53,-0.53",
    "在线支付,1,88.88,0,0.00,88.88",
    "合计,2,88.93,2,-9.41,79.52",
    "#----------------------------------------账务汇总列表结束-------------------------------------",
    exportedAt,
    "",
  ]);
});

test("where the fee is nothing, only the money moves", async () => {
  await pay("FREE", "0.01");
  bench.simulator.clock.advance(24 * hourMs);
  expect(await readRows(bench, "2026-11-19", "signcustomer")).toMatchObject([
    { "账户余额（元）": "0.01", 业务类型: "在线支付" },
  ]);
});
