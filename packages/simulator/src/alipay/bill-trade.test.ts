import { afterEach, beforeEach, expect, test } from "vitest";
import { type AlipayBench, startAlipayBench } from "../../test/alipay-bench.ts";
import { downloadBill, readBill, readRows, unzip } from "../../test/alipay-bill.ts";
import { createAlipayMerchant } from "./merchant.ts";

const keys = await createAlipayMerchant({ sellerId: "2088102146225136" });
const hourMs = 3_600_000;
let bench: AlipayBench;

beforeEach(async () => {
  const startedAt = Date.parse("2026-11-20T10:00:00+08:00");
  bench = await startAlipayBench(keys, { now: () => startedAt });
});

afterEach(() => bench.stop());

const pass = (ms: number) => bench.simulator.clock.advance(ms);

async function pay(outTradeNo: string, changes?: Record<string, unknown>): Promise<string> {
  bench.simulator.payer.pay(await bench.code(outTradeNo, changes));
  return String((await bench.query(outTradeNo)).trade_no);
}

test("a day's bill, byte for byte as text", async () => {
  const order = { total_amount: "88.88", subject: '龙井，"明前",两杯', body: "第一桌" };
  const tradeNo = await pay("SIM_0001", order);
  pass(1.5 * hourMs);
  await bench.refund("SIM_0001", "8.88", { out_request_no: "RF_0001" });
  pass(24 * hourMs);

  const { detail, summary } = await readBill(bench, "2026-11-20");
  const rows = [
    `${tradeNo}\t,SIM_0001\t,交易\t,"龙井，""明前"",两杯",2026-11-20 10:00:00,2026-11-20 10:00:00,\t,\t,\t,\t,*三(159****5620)\t,88.88,88.88,0.00,0.00,0.00,0.00,0.00,,0.00\t,0.00,\t,-0.53,0.00,第一桌`,
    `${tradeNo}\t,SIM_0001\t,退款\t,"龙井，""明前"",两杯",2026-11-20 10:00:00,2026-11-20 11:30:00,\t,\t,\t,\t,*三(159****5620)\t,-8.88,-8.88,0.00,0.00,0.00,0.00,0.00,,0.00\t,0.00,RF_0001\t,0.05,0.00,第一桌`,
  ];
  const lines = detail.text.split("\r\n");
  expect(lines.slice(0, 5)).toEqual([
    "#支付宝业务明细查询",
    "#账号：[20881021462251360156]",
    "#起始日期：[2026年11月20日 00:00:00]   终止日期：[2026年11月21日 00:00:00]",
    "#-----------------------------------------业务明细列表----------------------------------------",
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注",
  ]);
  expect(lines.slice(5, 7).toSorted()).toEqual(rows);
  expect(lines.slice(7)).toEqual([
    "#-----------------------------------------业务明细列表结束------------------------------------",
    "#交易合计：1笔，商家实收共88.88元，商家优惠共0.00元",
    "#退款合计：1笔，商家实收退款共-8.88元，商家优惠退款共0.00元",
    expect.stringMatching(/^#导出时间：\[2026年11月21日 05:\d\d:\d\d\]$/),
    "",
  ]);
  const exportedAt = detail.text.match(/#导出时间：.*/)?.[0];
  expect(summary.text.split("\r\n")).toEqual([
    "#支付宝业务汇总查询",
    ...lines.slice(1, 3),
    "#-----------------------------------------业务汇总列表----------------------------------------",
    "门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,支付宝优惠（元）,商家优惠（元）,卡消费金额（元）,服务费（元）,分润（元）,实收净额（元）",
    ",,1,1,80.00,80.00,0.00,0.00,0.00,-0.48,0.00,79.52",
    "合计,,1,1,80.00,80.00,0.00,0.00,0.00,-0.48,0.00,79.52",
    "#----------------------------------------业务汇总列表结束-------------------------------------",
    exportedAt,
    "",
  ]);
});

test("the archive has names in GBK that no flag announces, and the export time", async () => {
  await pay("SIM_0002");
  pass(24 * hourMs);
  const files = await unzip(await downloadBill(bench, "2026-11-20"));
  expect(files.map(({ name }) => name).toSorted()).toEqual([
    "20881021462251360156_20261120_业务明细(汇总).csv",
    "20881021462251360156_20261120_业务明细.csv",
  ]);
  for (const { isUtf8, isIntact, writtenAt } of files) {
    expect({ isUtf8, isIntact }).toEqual({ isUtf8: false, isIntact: true });
    expect(writtenAt).toMatch(/^2026-11-21T05:/);
  }
});

test("money is on the day in which it moved, to the second", async () => {
  pass(13 * hourMs);
  await pay("L1");
  pass(hourMs - 1000);
  await pay("L2");
  await bench.refund("L1", "12.88");
  pass(1000);
  await pay("L3");
  await bench.refund("L2", "12.88");
  pass(34 * hourMs);
  const told = (rows: Record<string, string | undefined>[]) =>
    rows.map((row) => `${row.商户订单号} ${row.业务类型} ${row.完成时间}`).toSorted();
  expect(told(await readRows(bench, "2026-11-20"))).toEqual([
    "L1 交易 2026-11-20 23:00:00",
    "L1 退款 2026-11-20 23:59:59",
    "L2 交易 2026-11-20 23:59:59",
  ]);
  expect(told(await readRows(bench, "2026-11-21"))).toEqual([
    "L2 退款 2026-11-21 00:00:00",
    "L3 交易 2026-11-21 00:00:00",
  ]);
});

test("a payment that was cancelled stands there twice, and costs nothing", async () => {
  await bench.charge("C1", bench.simulator.payer.payerCode("alipay"));
  await bench.cancel("C1");
  pass(24 * hourMs);
  const rows = await readRows(bench, "2026-11-20");
  const told = rows.map((row) => [row.业务类型, row["商家实收（元）"], row["服务费（元）"], row["退款批次号/请求号"]]);
  expect(told.toSorted()).toEqual([
    ["交易", "12.88", "-0.08", ""],
    ["退款", "-12.88", "0.08", "C1"],
  ]);
});

test("fees of parts given back add up to the fee; what never moved is nowhere", async () => {
  await pay("P1", { total_amount: "2.52" });
  for (const outRequestNo of ["p1", "p2"]) await bench.refund("P1", "0.84", { out_request_no: outRequestNo });
  await bench.refund("P1", "0.84", { out_request_no: "p3" });
  await pay("P2");
  bench.simulator.faults.refund({ channel: "alipay", outcome: { kind: "closed" } });
  await bench.refund("P2", "1.00", { out_request_no: "never" });
  await bench.code("P3");
  pass(24 * hourMs);
  const rows = await readRows(bench, "2026-11-20");
  const fees = rows.filter((row) => row.商户订单号 === "P1").map((row) => Number(row["服务费（元）"]));
  expect(fees).toHaveLength(4);
  expect(fees.reduce((sum, fee) => sum + fee * 100, 0)).toBeCloseTo(0);
  expect(rows).toHaveLength(5);
});

test("what GBK lacks becomes a question mark, a line break a space", async () => {
  await pay("G1", { subject: "茶🍵两杯", body: "一\n二" });
  pass(24 * hourMs);
  expect(await readRows(bench, "2026-11-20")).toMatchObject([
    { 商品名称: expect.stringMatching(/^茶\?+两杯$/), 备注: "一 二" },
  ]);
});
