import { afterAll, beforeAll, expect, test } from "vitest";
import { type AlipayBench, fieldsOf, startAlipayBench } from "../../test/alipay-bench.ts";
import { createAlipayMerchant } from "./merchant.ts";

const keys = await createAlipayMerchant({ name: "云上茶馆" });
let bench: AlipayBench;

beforeAll(async () => {
  bench = await startAlipayBench(keys);
});

afterAll(() => bench.stop());

test("an order is precreated, scanned, paid, notified and queried", async () => {
  const created = await bench.precreate("T1", { body: "二楼", passback_params: "a=1&b=50% off" });
  expect(created).toEqual({
    code: "10000",
    msg: "Success",
    out_trade_no: "T1",
    qr_code: expect.stringMatching(/^https:\/\/qr\.alipay\.com\/ba\w+$/),
    traceId: expect.any(String),
  });
  const code = String(created.qr_code);
  expect(await bench.query("T1")).toMatchObject({
    code: "40004",
    msg: "Business Failed",
    sub_code: "ACQ.TRADE_NOT_EXIST",
    sub_msg: "交易不存在",
    receipt_amount: "0.00",
    out_trade_no: "T1",
  });

  expect(bench.simulator.payer.open(code)).toMatchObject({
    channel: "alipay",
    merchantName: "云上茶馆",
    subject: "龙井一杯",
    amount: 1288,
    state: "unpaid",
  });
  const unpaid = await bench.query("T1");
  expect(unpaid).toMatchObject({ trade_status: "WAIT_BUYER_PAY", total_amount: "12.88", buyer_pay_amount: "0.00" });
  expect(unpaid.trade_no).toMatch(/^\d{8}22001\d{15}$/);
  expect(unpaid).not.toHaveProperty("send_pay_date");

  expect(bench.simulator.payer.pay(code).state).toBe("paid");
  const [callback] = await bench.receiver.waitFor(1);
  const fields = fieldsOf(callback);
  expect(bench.sdk.checkNotifySignV2(fields)).toBe(true);
  expect(fields).toMatchObject({
    out_trade_no: "T1",
    trade_no: unpaid.trade_no,
    trade_status: "TRADE_SUCCESS",
    body: "二楼",
    passback_params: "a=1&b=50% off",
  });
  expect(await bench.query("T1")).toMatchObject({
    trade_status: "TRADE_SUCCESS",
    receipt_amount: "12.88",
    send_pay_date: fields.gmt_payment,
  });
  const byTradeNo = await bench.exec("alipay.trade.query", { trade_no: unpaid.trade_no, out_trade_no: "other" });
  expect(byTradeNo.out_trade_no).toBe("T1");
  expect(bench.simulator.ledger()).toMatchObject([
    { channel: "alipay", merchantId: keys.merchant.sellerId, outTradeNo: "T1", amount: 1288, state: "paid" },
  ]);
});

test("a repeated precreate gets the live code; other content, a paid or a closed trade is refused", async () => {
  const code = await bench.code("R1");
  expect(await bench.code("R1")).toBe(code);
  expect(await bench.precreate("R1", { total_amount: "12.89" })).toMatchObject({
    sub_code: "ACQ.CONTEXT_INCONSISTENT",
  });
  expect(await bench.precreate("R1", { subject: "碧螺春" })).toMatchObject({ sub_code: "ACQ.CONTEXT_INCONSISTENT" });
  bench.simulator.payer.pay(code);
  expect(await bench.precreate("R1")).toMatchObject({ code: "40004", sub_code: "ACQ.TRADE_HAS_SUCCESS" });

  bench.simulator.payer.open(await bench.code("R2"));
  await bench.close("R2");
  expect(await bench.precreate("R2")).toMatchObject({ code: "40004", sub_code: "ACQ.TRADE_HAS_CLOSE" });
});

test("repeatPrecreate: refuse answers a repeat with APPLY_PC_MERCHANT_CODE_ERROR", async () => {
  const strict = await startAlipayBench(keys, { alipay: { repeatPrecreate: "refuse" } });
  await strict.precreate("R3");
  expect(await strict.precreate("R3")).toMatchObject({ sub_code: "ACQ.APPLY_PC_MERCHANT_CODE_ERROR" });
  await strict.stop();
});

test.each([
  ["0.00", "ACQ.INVALID_PARAMETER"],
  ["-1.00", "ACQ.INVALID_PARAMETER"],
  ["0.001", "ACQ.INVALID_PARAMETER"],
  ["1e3", "ACQ.INVALID_PARAMETER"],
  ["", "ACQ.INVALID_PARAMETER"],
  ["100000000.01", "ACQ.TOTAL_FEE_EXCEED"],
])("total_amount %j is refused with %s", async (amount, subCode) => {
  expect(await bench.precreate("A1", { total_amount: amount })).toMatchObject({ code: "40004", sub_code: subCode });
});

test("the smallest and the largest amount are taken", async () => {
  expect(bench.simulator.payer.open(await bench.code("A2", { total_amount: "0.01" })).amount).toBe(1);
  const largest = await bench.code("A3", { total_amount: "100000000" });
  expect(bench.simulator.payer.open(largest).amount).toBe(10_000_000_000);
});

test.each([
  { out_trade_no: "with-dash" },
  { out_trade_no: "x".repeat(65) },
  { out_trade_no: undefined },
  { subject: "a/b" },
  { subject: "a=b&c" },
  { subject: undefined },
  { subject: "长".repeat(257) },
  { product_code: "QUICK_WAP_WAY" },
  { timeout_express: "1.5h" },
  { timeout_express: "16d" },
  { timeout_express: "0m" },
  { time_expire: "tomorrow" },
])("%j is refused with ACQ.INVALID_PARAMETER", async (changes) => {
  expect(await bench.precreate("V1", changes)).toMatchObject({ code: "40004", sub_code: "ACQ.INVALID_PARAMETER" });
});

test("a time_expire in the past and a foreign seller have errors of their own", async () => {
  expect(await bench.precreate("V2", { time_expire: "2020-01-01 00:00:00" })).toMatchObject({
    sub_code: "ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR",
  });
  expect(await bench.precreate("V2", { seller_id: "2088999999999999" })).toMatchObject({
    sub_code: "ACQ.SELLER_NOT_EXIST",
  });
});
