import { afterEach, beforeEach, expect, test } from "vitest";
import { type AlipayBench, startAlipayBench } from "../../test/alipay-bench.ts";
import type { AlipayOptions } from "../index.ts";
import { createAlipayMerchant } from "./merchant.ts";

const keys = await createAlipayMerchant();
const dayMs = 86_400_000;
let bench: AlipayBench;

beforeEach(async () => {
  bench = await startAlipayBench(keys);
});

afterEach(() => bench.stop());

/** A paid order of ¥12.88 whose payment was notified. */
async function paid(outTradeNo: string): Promise<void> {
  bench.simulator.payer.pay(await bench.code(outTradeNo));
  await expect.poll(() => bench.simulator.callbacks.pending()).toEqual([]);
}

async function restart(alipay: Omit<AlipayOptions, "merchants">): Promise<void> {
  await bench.stop();
  bench = await startAlipayBench(keys, { alipay });
}

test("partial refunds add up, each is notified, and the last one closes the trade", async () => {
  await paid("R1");
  const first = await bench.refund("R1", "2.88", { out_request_no: "r1", refund_reason: "凉了" });
  expect(first).toMatchObject({
    code: "10000",
    fund_change: "Y",
    refund_fee: "2.88",
    send_back_fee: "0.00",
    out_trade_no: "R1",
    buyer_user_id: expect.any(String),
    gmt_refund_pay: expect.any(String),
  });
  const told = await bench.notified(1);
  expect(bench.sdk.checkNotifySignV2(told)).toBe(true);
  expect(told).toMatchObject({
    trade_status: "TRADE_SUCCESS",
    refund_fee: "2.88",
    out_biz_no: "r1",
    gmt_payment: expect.any(String),
    gmt_refund: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/),
    total_amount: "12.88",
  });
  for (const absent of ["fund_bill_list", "receipt_amount", "buyer_pay_amount", "invoice_amount", "point_amount"]) {
    expect(told).not.toHaveProperty(absent);
  }
  expect(told).not.toHaveProperty("gmt_close");
  expect(await bench.query("R1")).toMatchObject({ trade_status: "TRADE_SUCCESS" });

  const options = { query_options: ["refund_detail_item_list"] };
  expect(await bench.refund("R1", "10.00", { out_request_no: "r2", ...options })).toMatchObject({
    fund_change: "Y",
    refund_fee: "12.88",
    send_back_fee: "10.00",
    refund_detail_item_list: [{ amount: "10.00", fund_channel: "ALIPAYACCOUNT" }],
  });
  expect(await bench.notified(2)).toMatchObject({
    trade_status: "TRADE_CLOSED",
    refund_fee: "12.88",
    out_biz_no: "r2",
    gmt_close: expect.any(String),
  });
  expect(await bench.query("R1")).toMatchObject({ trade_status: "TRADE_CLOSED", receipt_amount: "12.88" });
  expect(bench.simulator.ledger()).toMatchObject([
    {
      state: "paid",
      refunds: [
        { outRefundNo: "r1", amount: 288, state: "succeeded", succeededAt: expect.any(Number) },
        { outRefundNo: "r2", amount: 1000, state: "succeeded" },
      ],
    },
  ]);
  expect(await bench.refund("R1", "0.01", { out_request_no: "r3" })).toMatchObject({ sub_code: "ACQ.TRADE_HAS_CLOSE" });
});

test("the same number again moves nothing; another amount is refused", async () => {
  await paid("R2");
  await bench.refund("R2", "12.88");
  expect(await bench.queryRefund("R2", "R2")).toMatchObject({ refund_status: "REFUND_SUCCESS" });
  expect(await bench.notified(1)).toMatchObject({ out_biz_no: "R2", trade_status: "TRADE_CLOSED" });
  const again = await bench.refund("R2", "12.88");
  expect(again).toMatchObject({ code: "10000", fund_change: "N", refund_fee: "12.88", send_back_fee: "0.00" });
  expect(await bench.refund("R2", "1.00", { out_request_no: "R2" })).toMatchObject({
    code: "40004",
    sub_code: "ACQ.DISCORDANT_REPEAT_REQUEST",
    refund_fee: "0.00",
    send_back_fee: "0.00",
  });
  expect(bench.simulator.ledger()).toMatchObject([{ refunds: [{ amount: 1288 }] }]);
  expect(bench.receiver.received).toHaveLength(2);
});

test("more than is left, nothing, and a part without a number are refused", async () => {
  await paid("R3");
  await bench.refund("R3", "10.00", { out_request_no: "r1" });
  expect(await bench.refund("R3", "2.89", { out_request_no: "r2" })).toMatchObject({
    sub_code: "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL",
  });
  for (const [amount, changes] of [
    ["0.00", { out_request_no: "r2" }],
    ["1.001", { out_request_no: "r2" }],
    ["1.00", {}],
  ] as const) {
    expect(await bench.refund("R3", amount, changes)).toMatchObject({ sub_code: "ACQ.INVALID_PARAMETER" });
  }
  expect(await bench.refund("R3", "2.88", { out_request_no: "r2" })).toMatchObject({ refund_fee: "12.88" });
});

test("what was never paid cannot be refunded", async () => {
  bench.simulator.payer.open(await bench.code("R4"));
  expect(await bench.refund("R4", "12.88")).toMatchObject({ sub_code: "ACQ.TRADE_STATUS_ERROR" });
  await bench.close("R4");
  expect(await bench.refund("R4", "12.88")).toMatchObject({ sub_code: "ACQ.TRADE_HAS_CLOSE" });
  await bench.code("R5");
  expect(await bench.refund("R5", "12.88")).toMatchObject({ sub_code: "ACQ.TRADE_NOT_EXIST" });
  await paid("R6");
  await bench.cancel("R6");
  expect(await bench.refund("R6", "12.88")).toMatchObject({ sub_code: "ACQ.TRADE_HAS_CLOSE" });
});

test("a refund is queried by its number; an unknown one answers nothing", async () => {
  await paid("R7");
  expect(await bench.queryRefund("R7", "r1")).toEqual({ code: "10000", msg: "Success", traceId: expect.any(String) });
  const done = await bench.refund("R7", "1.00", { out_request_no: "r1", refund_reason: "凉了" });
  const found = await bench.queryRefund("R7", "r1");
  expect(found).toMatchObject({
    refund_status: "REFUND_SUCCESS",
    refund_amount: "1.00",
    total_amount: "12.88",
    refund_reason: "凉了",
    out_request_no: "r1",
    trade_no: done.trade_no,
  });
  expect(found).not.toHaveProperty("gmt_refund_pay");
  expect(await bench.queryRefund("R7", "r1", { query_options: ["gmt_refund_pay"] })).toMatchObject({
    gmt_refund_pay: done.gmt_refund_pay,
  });
  expect(await bench.queryRefund("none", "r1")).toMatchObject({ sub_code: "ACQ.TRADE_NOT_EXIST" });
  expect(await bench.exec("alipay.trade.fastpay.refund.query", { out_trade_no: "R7" })).toMatchObject({
    sub_code: "ACQ.INVALID_PARAMETER",
  });
});

test("a seller or buyer who cannot: refused at once, and the same number goes through later", async () => {
  await paid("R8");
  const { faults } = bench.simulator;
  faults.refund({ channel: "alipay", outcome: { kind: "not_enough" } });
  faults.refund({ channel: "alipay", outcome: { kind: "payer_abnormal" } });
  const ask = () => bench.refund("R8", "1.00", { out_request_no: "r1" });
  expect(await ask()).toMatchObject({ sub_code: "ACQ.SELLER_BALANCE_NOT_ENOUGH" });
  expect(await ask()).toMatchObject({ sub_code: "ACQ.BUYER_ENABLE_STATUS_FORBID" });
  expect(await ask()).toMatchObject({ fund_change: "Y", refund_fee: "1.00" });
});

test("fund_change=N at first, then done; reserved in between", async () => {
  await paid("R9");
  bench.simulator.faults.refund({ channel: "alipay", outcome: { kind: "succeeded", afterMs: 30_000 } });
  expect(await bench.refund("R9", "10.00", { out_request_no: "r1" })).toMatchObject({
    code: "10000",
    fund_change: "N",
    refund_fee: "0.00",
  });
  expect(await bench.queryRefund("R9", "r1")).not.toHaveProperty("refund_status");
  expect(await bench.refund("R9", "2.89", { out_request_no: "r2" })).toMatchObject({
    sub_code: "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL",
  });
  bench.simulator.clock.advance(30_000);
  expect(await bench.notified(1)).toMatchObject({ out_biz_no: "r1", refund_fee: "10.00" });
  expect(await bench.queryRefund("R9", "r1")).toMatchObject({ refund_status: "REFUND_SUCCESS" });
  expect(await bench.refund("R9", "10.00", { out_request_no: "r1" })).toMatchObject({
    fund_change: "N",
    refund_fee: "10.00",
  });
});

test("fund_change=N for good: the refund failed and its amount is free again", async () => {
  await paid("R10");
  bench.simulator.faults.refund({ channel: "alipay", outcome: { kind: "abnormal" } });
  expect(await bench.refund("R10", "12.88")).toMatchObject({ code: "10000", fund_change: "N", refund_fee: "0.00" });
  expect(await bench.queryRefund("R10", "R10")).not.toHaveProperty("refund_status");
  expect(bench.simulator.ledger()).toMatchObject([{ refunds: [{ state: "abnormal" }] }]);
  expect(await bench.refund("R10", "12.88", { out_request_no: "r2" })).toMatchObject({ fund_change: "Y" });
});

test("after the refund window the trade is finished, notified, and no longer refundable", async () => {
  await paid("R11");
  bench.simulator.clock.advance(365 * dayMs);
  expect(await bench.notified(1)).toMatchObject({ trade_status: "TRADE_FINISHED", refund_fee: "0.00" });
  expect(await bench.query("R11")).toMatchObject({ trade_status: "TRADE_FINISHED" });
  expect(await bench.refund("R11", "12.88")).toMatchObject({ sub_code: "ACQ.TRADE_NOT_ALLOW_REFUND" });
});

test("a product without refunds is paid as TRADE_FINISHED", async () => {
  await restart({ refundWindowMs: 0 });
  await paid("R12");
  const told = await bench.notified(0);
  expect(told).toMatchObject({ trade_status: "TRADE_FINISHED", receipt_amount: "12.88" });
  expect(told).not.toHaveProperty("refund_fee");
  expect(await bench.refund("R12", "12.88")).toMatchObject({ sub_code: "ACQ.TRADE_NOT_ALLOW_REFUND" });
  expect(await bench.cancel("R12")).toMatchObject({ sub_code: "ACQ.TRADE_HAS_FINISHED" });
});

test("refundGapMs keeps two refunds of a trade apart, but not a repeat", async () => {
  await restart({ refundGapMs: 3000 });
  await paid("R13");
  const ask = (no: string) => bench.refund("R13", "1.00", { out_request_no: no });
  expect(await ask("r1")).toMatchObject({ fund_change: "Y" });
  expect(await ask("r2")).toMatchObject({ sub_code: "ACQ.SYSTEM_ERROR" });
  expect(await ask("r1")).toMatchObject({ fund_change: "N" });
  bench.simulator.clock.advance(3000);
  expect(await ask("r2")).toMatchObject({ fund_change: "Y", refund_fee: "2.00" });
});

test("a bar code's full refund is not notified, a part is", async () => {
  await bench.charge("R14", bench.simulator.payer.payerCode("alipay"));
  await bench.notified(0);
  await bench.refund("R14", "1.00", { out_request_no: "r1" });
  expect(await bench.notified(1)).toMatchObject({ out_biz_no: "r1" });
  await bench.refund("R14", "11.88", { out_request_no: "r2" });
  expect(await bench.query("R14")).toMatchObject({ trade_status: "TRADE_CLOSED" });
  expect(bench.simulator.callbacks.pending()).toEqual([]);
});

test("cancel: refused after a refund, repeated when it could not give back", async () => {
  await paid("R15");
  const { faults } = bench.simulator;
  faults.refund({ channel: "alipay", outcome: { kind: "abnormal" } });
  faults.refund({ channel: "alipay", outcome: { kind: "not_enough" } });
  const again = await bench.cancel("R15");
  expect(again).toMatchObject({ code: "10000", retry_flag: "Y" });
  expect(again).not.toHaveProperty("action");
  expect(await bench.cancel("R15")).toMatchObject({ sub_code: "ACQ.SELLER_BALANCE_NOT_ENOUGH" });
  expect(await bench.query("R15")).toMatchObject({ trade_status: "TRADE_SUCCESS" });
  await bench.refund("R15", "1.00", { out_request_no: "r1" });
  expect(await bench.cancel("R15")).toMatchObject({ sub_code: "ACQ.REASON_TRADE_REFUND_FEE_ERR" });
});
