import { afterAll, beforeAll, expect, test } from "vitest";
import type { WechatpayBench } from "../../test/wechatpay-bench.ts";
import { openCallback, startWechatpayBench } from "../../test/wechatpay-bench.ts";
import { createWechatpayMerchant } from "./merchant.ts";

const keys = await createWechatpayMerchant();
let bench: WechatpayBench;

beforeAll(async () => {
  bench = await startWechatpayBench(keys);
});

afterAll(() => bench.stop());

test("an order is placed, queried, paid, called back and queried again", async () => {
  const order = bench.order({ attach: "shop-7" });
  const outTradeNo = String(order.out_trade_no);
  const placed = await bench.create(order);
  expect(placed).toMatchObject({
    status: 200,
    data: { code_url: expect.stringMatching(/^weixin:\/\/wxpay\/bizpayurl\?pr=\w{9}$/) },
  });
  const code = String(placed.data.code_url);

  expect((await bench.query(outTradeNo)).data).toEqual({
    amount: { currency: "CNY", total: 1288 },
    appid: keys.credentials.appid,
    mchid: keys.credentials.mchid,
    out_trade_no: outTradeNo,
    promotion_detail: [],
    scene_info: { device_id: "" },
    trade_state: "NOTPAY",
    trade_state_desc: "订单未支付",
  });
  expect(bench.simulator.payer.open(code)).toMatchObject({
    channel: "wechatpay",
    merchantName: "示例商户",
    subject: "一杯咖啡",
    amount: 1288,
    state: "unpaid",
  });

  expect(bench.simulator.payer.pay(code).state).toBe("paid");
  const [callback] = await bench.receiver.waitFor(1);
  if (!callback) throw new Error("no callback");
  expect(callback.headers["content-type"]).toBe("application/json");
  const resource = openCallback(callback, keys.merchant);
  const paid = await bench.query(outTradeNo);
  expect(resource).toEqual(paid.data);
  expect(paid.data).toMatchObject({
    transaction_id: expect.stringMatching(/^4200\d{24}$/),
    trade_type: "NATIVE",
    trade_state: "SUCCESS",
    bank_type: "OTHERS",
    attach: "shop-7",
    success_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$/),
    amount: { total: 1288, payer_total: 1288, currency: "CNY", payer_currency: "CNY" },
  });
  expect(bench.simulator.ledger()).toContainEqual(
    expect.objectContaining({ outTradeNo, amount: 1288, state: "paid", channelTradeNo: paid.data.transaction_id }),
  );
});
