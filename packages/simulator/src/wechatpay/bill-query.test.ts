import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { WechatpayBench } from "../../test/wechatpay-bench.ts";
import { startWechatpayBench } from "../../test/wechatpay-bench.ts";
import { advanceTo, dayOf, fetchBill, pay } from "../../test/wechatpay-bills.ts";
import type { PayerCodeOptions } from "../index.ts";
import { createWechatpayMerchant } from "./merchant.ts";

const keys = await createWechatpayMerchant({ feeRate: 60 });
const { appid, mchid } = keys.credentials;
let bench: WechatpayBench;

beforeEach(async () => {
  bench = await startWechatpayBench(keys, { wechatpay: { refundDelayMs: 0 } });
});

afterEach(() => bench.stop());

const statusOf = async (outRefundNo: unknown) =>
  (await bench.get(`refund/domestic/refunds/${outRefundNo}`)).data.status;

async function sellByBarCode(options: PayerCodeOptions = {}): Promise<string> {
  const { notify_url: _none, ...order } = bench.order();
  const outTradeNo = String(order.out_trade_no);
  const code = bench.simulator.payer.payerCode("wechatpay", options);
  const scene = { scene_info: { store_info: { out_id: "shop-7" } } };
  await bench.post("pay/transactions/codepay", { ...order, payer: { auth_code: code }, ...scene });
  return outTradeNo;
}

const reverse = (outTradeNo: string) =>
  bench.post(`pay/transactions/out-trade-no/${outTradeNo}/reverse`, { appid, mchid });

describe("a trade bill", () => {
  test("has the day's payments to its last second, in the bytes whose hash was stated", async () => {
    const day = advanceTo(bench, "23:50:00");
    const late = bench.order({ description: "tea, `hot`", attach: "till-2" });
    const { data } = await bench.create(late);
    const early = await pay(bench, { amount: { total: 250 } });
    const unpaid = bench.order();
    await bench.create(unpaid);
    expect(advanceTo(bench, "23:59:59")).toBe(day);
    bench.simulator.payer.pay(String(data.code_url));
    advanceTo(bench, "00:00:00");
    const next = await pay(bench);
    advanceTo(bench, "10:00:00");

    const bill = await fetchBill(bench, "trade", { bill_date: day, tar_type: "GZIP" });
    expect(bill.asked.data).toMatchObject({ hash_type: "SHA1", hash_value: bill.hash });
    expect(bill.asked.data.download_url).toMatch(/\/v3\/billdownload\/file\?token=[\w-]{43}&tartype=gzip$/);
    expect(bill.contentType).toBe("application/x-gzip");
    expect(bill.bytes.subarray(0, 3).toString("hex")).toBe("efbbbf");
    expect(
      bill.bytes
        .toString()
        .split("\n")
        .slice(0, -1)
        .every((line) => line.endsWith("\r")),
    ).toBe(true);
    expect(bill.rows.map((row) => row.商户订单号).sort()).toEqual([String(late.out_trade_no), early].sort());
    expect(bill.rows.find((row) => row.商户订单号 !== early)).toMatchObject({
      交易时间: expect.stringMatching(new RegExp(`^${day} 23:59:59$`)),
      公众账号ID: appid,
      商户号: mchid,
      特约商户号: "0",
      微信订单号: expect.stringMatching(/^4200\d{24}$/),
      交易类型: "NATIVE",
      交易状态: "SUCCESS",
      应结订单金额: "12.88",
      微信退款单号: "0",
      商户退款单号: "0",
      退款金额: "0.00",
      退款状态: "",
      商品名称: "tea\\  `hot`",
      商户数据包: "till-2",
      手续费: "0.08000",
      费率: "0.60%",
      订单金额: "12.88",
      申请退款金额: "0.00",
      费率备注: "",
    });
    expect(bill.summary).toMatchObject({ 总交易单数: "2", 订单总金额: "15.38", 手续费总金额: "0.10000" });

    const plain = await fetchBill(bench, "trade", { bill_date: day });
    expect([plain.contentType, plain.hash]).toEqual(["text/plain", bill.hash]);
    advanceTo(bench, "10:00:00");
    const following = await fetchBill(bench, "trade", { bill_date: dayOf(bench.simulator.clock.now() - 86_400_000) });
    expect(following.rows.map((row) => row.商户订单号)).toEqual([next]);
  });

  test("has refunds on the day of their acceptance, as they stood when it was made, and never changes", async () => {
    const day = advanceTo(bench, "20:00:00");
    const { faults } = bench.simulator;
    const outTradeNo = await pay(bench);
    const outcomes = ["succeeded", "closed", "abnormal"] as const;
    for (const kind of outcomes) faults.refund({ channel: "wechatpay", outcome: { kind, afterMs: 0 } });
    faults.refund({ channel: "wechatpay", outcome: { kind: "succeeded", afterMs: 2 * 86_400_000 } });
    const numbers: unknown[] = [];
    for (const refund of [300, 100, 200, 500]) {
      numbers.push((await bench.refund(outTradeNo, { refund })).data.out_refund_no);
    }
    await expect
      .poll(() => Promise.all(numbers.map(statusOf)))
      .toEqual(["SUCCESS", "CLOSED", "ABNORMAL", "PROCESSING"]);
    advanceTo(bench, "10:00:00");
    await bench.refund(outTradeNo, { refund: 1 });

    const bill = await fetchBill(bench, "trade", { bill_date: day });
    const refunds = bill.rows.filter((row) => row.交易状态 === "REFUND");
    const facts = numbers.map((number) => {
      const { 申请退款金额, 退款金额, 退款状态, 手续费 } = refunds.find((row) => row.商户退款单号 === number) ?? {};
      return [申请退款金额, 退款金额, 退款状态, 手续费];
    });
    expect(refunds).toHaveLength(4);
    expect(facts).toEqual([
      ["3.00", "3.00", "SUCCESS", "-0.02000"],
      ["1.00", "1.00", "FAIL", "0.00000"],
      ["2.00", "2.00", "CHANGE", "-0.01000"],
      ["5.00", "5.00", "PROCESSING", "-0.03000"],
    ]);
    expect(refunds[0]).toMatchObject({
      商户订单号: outTradeNo,
      微信退款单号: expect.stringMatching(/^5030\d{25}$/),
      订单金额: "0.00",
      退款类型: "ORIGINAL",
    });
    expect(bill.summary).toMatchObject({ 总交易单数: "5", 订单总金额: "12.88", 申请退款总金额: "11.00" });

    bench.simulator.clock.advance(2 * 86_400_000);
    await expect.poll(() => statusOf(numbers[3])).toBe("SUCCESS");
    expect((await fetchBill(bench, "trade", { bill_date: day })).hash).toBe(bill.hash);
    bench.simulator.bills.reissue({ channel: "wechatpay", billKind: "trade", businessDay: day });
    const anew = await fetchBill(bench, "trade", { bill_date: day });
    expect(anew.rows.find((row) => row.商户退款单号 === numbers[3])?.退款状态).toBe("SUCCESS");
  });

  test("has a reversed sale twice, paid and taken back, and an unpaid one never", async () => {
    const day = advanceTo(bench, "20:00:00");
    const sold = await sellByBarCode();
    await reverse(sold);
    await reverse(await sellByBarCode({ balance: "not_enough" }));
    advanceTo(bench, "10:00:00");
    await reverse(sold);
    const { rows, summary } = await fetchBill(bench, "trade", { bill_date: day });
    expect(rows.map((row) => [row.商户订单号, row.交易状态, row.订单金额, row.申请退款金额]).sort()).toEqual([
      [sold, "REVOKED", "0.00", "12.88"],
      [sold, "SUCCESS", "12.88", "0.00"],
    ]);
    expect(rows.find((row) => row.交易状态 === "REVOKED")).toMatchObject({
      交易类型: "MICROPAY",
      微信退款单号: expect.stringMatching(/^5030\d{25}$/),
      商户退款单号: "0",
      退款状态: "SUCCESS",
      手续费: "-0.08000",
    });
    expect(summary).toMatchObject({ 总交易单数: "2", 手续费总金额: "0.00000", 申请退款总金额: "12.88" });
  });

  test("is sorted by no column", async () => {
    const day = advanceTo(bench, "12:00:00");
    for (let left = 12; left > 0; left -= 1) {
      await pay(bench);
      bench.simulator.clock.advance(60_000);
    }
    advanceTo(bench, "10:00:00");
    const { rows } = await fetchBill(bench, "trade", { bill_date: day });
    for (const column of ["交易时间", "商户订单号", "微信订单号"]) {
      const values = rows.map((row) => row[column]);
      expect(values).not.toEqual([...values].sort());
    }
  });

  test("of one type has its own lines", async () => {
    const day = advanceTo(bench, "12:00:00");
    const outTradeNo = await pay(bench);
    await bench.refund(outTradeNo);
    advanceTo(bench, "10:00:00");
    const states = async (bill_type: string) =>
      (await fetchBill(bench, "trade", { bill_date: day, bill_type })).rows.map((row) => row.交易状态).sort();
    expect(await states("ALL")).toEqual(["REFUND", "SUCCESS"]);
    expect(await states("SUCCESS")).toEqual(["SUCCESS"]);
    expect(await states("REFUND")).toEqual(["REFUND"]);
  });
});

describe("a fund-flow bill", () => {
  test("has gross in, fee out, refunds out without their fee, and a balance that runs on", async () => {
    const day = advanceTo(bench, "12:00:00");
    const outTradeNo = await pay(bench);
    bench.simulator.clock.advance(60_000);
    const refunded = (await bench.refund(outTradeNo)).data;
    bench.simulator.clock.advance(60_000);
    const free = await pay(bench, { amount: { total: 1 } });
    bench.simulator.clock.advance(60_000);
    const sold = await sellByBarCode();
    await reverse(sold);
    bench.simulator.faults.refund({ channel: "wechatpay", outcome: { kind: "closed", afterMs: 0 } });
    const failed = (await bench.refund(outTradeNo, { refund: 100 })).data.out_refund_no;
    await expect.poll(() => statusOf(failed)).toBe("CLOSED");
    await expect.poll(() => statusOf(refunded.out_refund_no)).toBe("SUCCESS");
    advanceTo(bench, "10:00:00");

    const bill = await fetchBill(bench, "fund_flow", { bill_date: day, account_type: "BASIC", tar_type: "GZIP" });
    expect(bill.hash).toBe(bill.asked.data.hash_value);
    const columns = ["业务凭证号", "业务名称", "业务类型", "收支类型", "收支金额(元)", "账户结余(元)"];
    expect(bill.rows.map((row) => columns.map((column) => row[column]))).toEqual([
      [outTradeNo, "交易", "交易", "收入", "12.88", "1000012.88"],
      [outTradeNo, "交易", "扣除交易手续费", "支出", "0.08", "1000012.80"],
      [refunded.out_refund_no, "退款", "退款", "支出", "2.98", "1000009.82"],
      [free, "交易", "交易", "收入", "0.01", "1000009.83"],
      [sold, "交易", "交易", "收入", "12.88", "1000022.71"],
      [sold, "交易", "扣除交易手续费", "支出", "0.08", "1000022.63"],
      [sold, "退款", "退款", "支出", "12.80", "1000009.83"],
    ]);
    expect(bill.rows[2]).toMatchObject({
      微信支付业务单号: refunded.refund_id,
      资金流水单号: refunded.transaction_id,
      资金变更提交申请人: `${mchid}API`,
      备注: "退款总金额3.00元;含手续费0.02元",
    });
    expect(bill.summary).toEqual({
      资金流水总笔数: "7",
      收入笔数: "3",
      收入金额: "25.77",
      支出笔数: "4",
      支出金额: "15.94",
    });
    const following = dayOf(bench.simulator.clock.now());
    await pay(bench, { amount: { total: 1 } });
    bench.simulator.clock.advance(86_400_000);
    const { rows } = await fetchBill(bench, "fund_flow", { bill_date: following });
    expect(rows.map((row) => row["账户结余(元)"])).toEqual(["1000009.84"]);
  });
});

test("a restarted simulator issues the same bill, spoils and downloads included", async () => {
  const directory = mkdtempSync(join(tmpdir(), "payhub-simulator-"));
  const dataFile = join(directory, "simulator.sqlite");
  const before = await startWechatpayBench(keys, { dataFile, wechatpay: { refundDelayMs: 0 } });
  const day = advanceTo(before, "12:00:00");
  const outTradeNo = await pay(before);
  await before.refund(outTradeNo);
  advanceTo(before, "10:00:00");
  const name = { channel: "wechatpay", businessDay: day } as const;
  for (const billKind of ["trade", "fund_flow"] as const) {
    before.simulator.bills.spoil({ ...name, billKind, spoil: { kind: "add", outTradeNo: "made-up", amount: 5 } });
  }
  const bills = [
    await fetchBill(before, "trade", { bill_date: day }),
    await fetchBill(before, "fund_flow", { bill_date: day }),
  ];
  const advancedMs = before.simulator.clock.now() - before.simulator.clock.wireNow();
  await before.stop();

  const after = await startWechatpayBench(keys, { dataFile });
  after.simulator.clock.advance(advancedMs);
  const again = [
    await fetchBill(after, "trade", { bill_date: day }),
    await fetchBill(after, "fund_flow", { bill_date: day }),
  ];
  expect(again.map(({ hash }) => hash)).toEqual(bills.map(({ hash }) => hash));
  expect(again[0]?.rows).toHaveLength(3);
  await after.stop();
  rmSync(directory, { recursive: true });
});
