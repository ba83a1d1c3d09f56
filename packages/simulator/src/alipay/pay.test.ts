import { afterEach, beforeEach, expect, test } from "vitest";
import { type AlipayBench, startAlipayBench } from "../../test/alipay-bench.ts";
import { createAlipayMerchant } from "./merchant.ts";

const keys = await createAlipayMerchant({ name: "云上茶馆" });
let bench: AlipayBench;

beforeEach(async () => {
  bench = await startAlipayBench(keys);
});

afterEach(() => bench.stop());

const show = (options: Parameters<typeof bench.simulator.payer.payerCode>[1] = {}) =>
  bench.simulator.payer.payerCode("alipay", options);

test("a bar code pays at once, is notified, and pays only once", async () => {
  const code = show();
  expect(code).toMatch(/^(2[5-9]|30)\d{14,22}$/);
  expect(bench.simulator.payer.open(code)).toMatchObject({ state: "waiting", merchantName: "", amount: 0 });
  const paid = await bench.charge("P1", code, { scene: "bar_code" });
  expect(paid).toMatchObject({
    code: "10000",
    out_trade_no: "P1",
    total_amount: "12.88",
    receipt_amount: "12.88",
    buyer_user_id: expect.stringMatching(/^2088/),
    gmt_payment: expect.any(String),
    fund_bill_list: [{ amount: "12.88", fund_channel: "ALIPAYACCOUNT" }],
  });
  const told = await bench.notified(0);
  expect(bench.sdk.checkNotifySignV2(told)).toBe(true);
  expect(told).toMatchObject({ trade_status: "TRADE_SUCCESS", trade_no: paid.trade_no, gmt_payment: paid.gmt_payment });
  expect(bench.simulator.payer.open(code)).toMatchObject({ state: "paid", merchantName: "云上茶馆", amount: 1288 });
  expect(await bench.charge("P2", code)).toMatchObject({ code: "40004", sub_code: "ACQ.PAYMENT_AUTH_CODE_INVALID" });
  expect(await bench.charge("P1", show())).toMatchObject({ sub_code: "ACQ.TRADE_HAS_SUCCESS" });
  expect(bench.simulator.ledger()).toMatchObject([{ outTradeNo: "P1", state: "paid", fee: 8, refunds: [] }]);
});

test("a password is waited for (10003) and typed", async () => {
  const code = show({ password: true });
  const answer = await bench.charge("P3", code);
  expect(answer).toMatchObject({ code: "10003", msg: " order success pay inprocess", receipt_amount: "0.00" });
  expect(answer).not.toHaveProperty("gmt_payment");
  expect(await bench.query("P3")).toMatchObject({ trade_status: "WAIT_BUYER_PAY", trade_no: answer.trade_no });
  expect(bench.simulator.payer.open(code)).toMatchObject({ state: "password", amount: 1288 });
  expect(bench.receiver.received).toEqual([]);
  expect(bench.simulator.payer.confirm(code).state).toBe("paid");
  expect(await bench.notified(0)).toMatchObject({ trade_status: "TRADE_SUCCESS", out_trade_no: "P3" });
  expect(await bench.query("P3")).toMatchObject({ trade_status: "TRADE_SUCCESS" });
  expect(() => bench.simulator.payer.confirm(code)).toThrow(expect.objectContaining({ code: "NOTHING_TO_CONFIRM" }));
});

test("a refused password leaves the trade waiting until it is cancelled", async () => {
  const code = show({ password: true });
  await bench.charge("P4", code);
  expect(bench.simulator.payer.refuse(code).state).toBe("failed");
  expect(() => bench.simulator.payer.confirm(code)).toThrow(expect.objectContaining({ code: "NOTHING_TO_CONFIRM" }));
  expect(await bench.query("P4")).toMatchObject({ trade_status: "WAIT_BUYER_PAY" });
  expect(await bench.cancel("P4")).toMatchObject({ action: "close", retry_flag: "N" });
  expect(await bench.query("P4")).toMatchObject({ trade_status: "TRADE_CLOSED" });
  expect(await bench.charge("P4", show())).toMatchObject({ sub_code: "ACQ.TRADE_HAS_CLOSE" });
});

test("a cancelled payment cannot be confirmed any more", async () => {
  const code = show({ password: true });
  await bench.charge("P5", code);
  await bench.cancel("P5");
  expect(bench.simulator.payer.open(code).state).toBe("closed");
  expect(() => bench.simulator.payer.confirm(code)).toThrow(expect.objectContaining({ code: "ORDER_CLOSED" }));
  expect(bench.simulator.ledger()).toMatchObject([{ outTradeNo: "P5", state: "closed" }]);
});

test("a buyer without money makes no trade, and neither does an old, foreign or misread code", async () => {
  const poor = show({ balance: "not_enough" });
  expect(await bench.charge("P6", poor)).toMatchObject({ code: "40004", sub_code: "ACQ.BUYER_BALANCE_NOT_ENOUGH" });
  expect(bench.simulator.payer.open(poor).state).toBe("failed");
  const old = show();
  bench.simulator.clock.advance(60_000);
  expect(bench.simulator.payer.open(old).state).toBe("expired");
  for (const code of [poor, old, "280000000000000000", "130000000000000000", "28"]) {
    expect(await bench.charge("P6", code)).toMatchObject({ sub_code: "ACQ.PAYMENT_AUTH_CODE_INVALID" });
  }
  expect(await bench.query("P6")).toMatchObject({ sub_code: "ACQ.TRADE_NOT_EXIST" });
});

test("a face token pays only as security_code, a bar code only as bar_code", async () => {
  const face = show({ face: true });
  expect(face).toMatch(/^fp\w{33}$/);
  expect(await bench.charge("P7", face)).toMatchObject({ sub_code: "ACQ.PAYMENT_AUTH_CODE_INVALID" });
  const asFace = { scene: "security_code" };
  expect(await bench.charge("P7", show(), asFace)).toMatchObject({ sub_code: "ACQ.PAYMENT_AUTH_CODE_INVALID" });
  expect(await bench.charge("P7", face, { scene: "nose" })).toMatchObject({ sub_code: "ACQ.INVALID_PARAMETER" });
  expect(await bench.charge("P7", face, asFace)).toMatchObject({ code: "10000" });
});

test("other content under one number is refused", async () => {
  await bench.charge("P8", show({ password: true }));
  expect(await bench.charge("P8", show(), { total_amount: "1.00" })).toMatchObject({
    sub_code: "ACQ.CONTEXT_INCONSISTENT",
  });
  expect(await bench.precreate("P8")).toMatchObject({ sub_code: "ACQ.CONTEXT_INCONSISTENT" });
  expect(await bench.charge("P8", show(), { auth_code: undefined })).toMatchObject({
    sub_code: "ACQ.INVALID_PARAMETER",
  });
});

test("an unpaid payment closes by itself, without a word", async () => {
  await bench.charge("P9", show({ password: true }), { timeout_express: "5m" });
  bench.simulator.clock.advance(5 * 60_000);
  expect(await bench.query("P9")).toMatchObject({ trade_status: "TRADE_CLOSED" });
  expect(bench.simulator.callbacks.pending()).toEqual([]);
});
