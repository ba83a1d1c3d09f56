import { afterAll, beforeAll, expect, test } from "vitest";
import type { WechatpayBench } from "../../test/wechatpay-bench.ts";
import { settle, startWechatpayBench } from "../../test/wechatpay-bench.ts";
import { createWechatpayMerchant } from "./merchant.ts";

const keys = await createWechatpayMerchant();
let bench: WechatpayBench;

beforeAll(async () => {
  bench = await startWechatpayBench(keys);
});

afterAll(() => bench.stop());

test("an unpaid order closes with a signed, empty 204, and again", async () => {
  const order = bench.order();
  const outTradeNo = String(order.out_trade_no);
  const code = String((await bench.create(order)).data.code_url);
  const closed = await bench.close(outTradeNo);
  expect(closed).toMatchObject({ status: 204, data: {}, clientError: undefined });
  expect(closed.headers).toHaveProperty("wechatpay-signature");
  expect((await bench.close(outTradeNo)).status).toBe(204);
  expect((await bench.query(outTradeNo)).data.trade_state).toBe("CLOSED");
  expect(bench.simulator.payer.open(code).state).toBe("closed");
  expect(() => bench.simulator.payer.pay(code)).toThrow(expect.objectContaining({ code: "ORDER_CLOSED" }));
  expect(bench.simulator.ledger().find((entry) => entry.outTradeNo === outTradeNo)?.state).toBe("closed");
});

test("a paid order cannot be closed", async () => {
  const order = bench.order();
  const code = String((await bench.create(order)).data.code_url);
  bench.simulator.payer.pay(code);
  expect(await bench.close(String(order.out_trade_no))).toMatchObject({
    status: 400,
    data: { code: "ORDERPAID", message: "该订单已支付" },
  });
  expect(() => bench.simulator.payer.pay(code)).toThrow(expect.objectContaining({ code: "ALREADY_PAID" }));
});

test("closing a number that was never placed burns it", async () => {
  const order = bench.order();
  expect((await bench.close(String(order.out_trade_no))).status).toBe(204);
  expect(await bench.create(order)).toMatchObject({
    status: 400,
    data: { code: "INVALID_REQUEST", message: "请求重入时，参数与首次请求时不一致" },
  });
  expect((await bench.query(String(order.out_trade_no))).data.code).toBe("ORDER_NOT_EXIST");
});

test("the body names the caller's own mchid", async () => {
  const close = (body: object) =>
    settle(bench.client.chain("v3/pay/transactions/out-trade-no/order-0001/close").post(body));
  expect((await close({})).data).toMatchObject({ code: "PARAM_ERROR", detail: { field: "/mchid" } });
  expect((await close({ mchid: "1900000001" })).data).toMatchObject({
    code: "PARAM_ERROR",
    message: "http header中的mchid与post payload中的mchid不匹配",
  });
});
