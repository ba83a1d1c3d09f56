import { afterAll, beforeAll, expect, test } from "vitest";
import { type AlipayBench, startAlipayBench } from "../../test/alipay-bench.ts";
import { createAlipayMerchant } from "./merchant.ts";

const keys = await createAlipayMerchant();
let bench: AlipayBench;

beforeAll(async () => {
  bench = await startAlipayBench(keys);
});

afterAll(() => bench.stop());

test("a scanned trade closes, and then neither pays nor closes again", async () => {
  const code = await bench.code("C1");
  bench.simulator.payer.open(code);
  expect(await bench.close("C1")).toMatchObject({ code: "10000", out_trade_no: "C1" });
  expect(await bench.query("C1")).toMatchObject({ trade_status: "TRADE_CLOSED", receipt_amount: "0.00" });
  expect(() => bench.simulator.payer.pay(code)).toThrow(expect.objectContaining({ code: "ORDER_CLOSED" }));
  expect(bench.simulator.payer.open(code).state).toBe("closed");
  expect(await bench.close("C1")).toMatchObject({ code: "40004", sub_code: "ACQ.TRADE_STATUS_ERROR" });
});

test("an unscanned code has no trade to close and stays payable", async () => {
  const code = await bench.code("C2");
  expect(await bench.close("C2")).toMatchObject({ code: "40004", sub_code: "ACQ.TRADE_NOT_EXIST" });
  expect(bench.simulator.payer.pay(code).state).toBe("paid");
  expect(await bench.query("C2")).toMatchObject({ trade_status: "TRADE_SUCCESS" });
});

test("a paid trade cannot be closed", async () => {
  bench.simulator.payer.pay(await bench.code("C3"));
  expect(await bench.close("C3")).toMatchObject({ code: "40004", sub_code: "ACQ.TRADE_STATUS_ERROR" });
  expect(await bench.query("C3")).toMatchObject({ trade_status: "TRADE_SUCCESS" });
});

test("a call without any order number is refused", async () => {
  expect(await bench.exec("alipay.trade.close", {})).toMatchObject({ sub_code: "ACQ.INVALID_PARAMETER" });
  expect(await bench.exec("alipay.trade.query", {})).toMatchObject({ sub_code: "ACQ.INVALID_PARAMETER" });
});
