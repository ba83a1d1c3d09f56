import { afterAll, beforeAll, expect, test } from "vitest";
import { type AlipayBench, startAlipayBench } from "../../test/alipay-bench.ts";
import { createAlipayMerchant } from "./merchant.ts";

const keys = await createAlipayMerchant();
let bench: AlipayBench;

beforeAll(async () => {
  bench = await startAlipayBench(keys);
});

afterAll(() => bench.stop());

test("an unknown or unscanned order is cancelled without an action", async () => {
  await bench.precreate("X1");
  for (const outTradeNo of ["X1", "never_placed"]) {
    const answer = await bench.cancel(outTradeNo);
    expect(answer).toMatchObject({ code: "10000", retry_flag: "N", out_trade_no: outTradeNo });
    expect(answer).not.toHaveProperty("action");
  }
});

test("an unpaid trade is closed, a paid one refunded, and a repeat says the same", async () => {
  bench.simulator.payer.open(await bench.code("X2"));
  bench.simulator.payer.pay(await bench.code("X3"));
  expect(await bench.cancel("X2")).toMatchObject({ code: "10000", action: "close" });
  expect(await bench.cancel("X3")).toMatchObject({ code: "10000", action: "refund" });
  expect(await bench.cancel("X3")).toMatchObject({ code: "10000", action: "refund" });
  expect(await bench.query("X2")).toMatchObject({ trade_status: "TRADE_CLOSED" });
  expect(await bench.query("X3")).toMatchObject({ trade_status: "TRADE_CLOSED" });
});

test("a trade older than a day can no longer be cancelled", async () => {
  bench.simulator.payer.pay(await bench.code("X4"));
  bench.simulator.clock.advance(24 * 3_600_000 + 1000);
  expect(await bench.cancel("X4")).toMatchObject({ code: "40004", sub_code: "ACQ.TRADE_CANCEL_TIME_OUT" });
});
