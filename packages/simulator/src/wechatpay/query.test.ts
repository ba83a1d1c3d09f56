import { afterAll, beforeAll, expect, test } from "vitest";
import type { WechatpayBench } from "../../test/wechatpay-bench.ts";
import { createWechatpayClient, settle, startWechatpayBench } from "../../test/wechatpay-bench.ts";
import { startSimulator } from "../start.ts";
import { createWechatpayMerchant } from "./merchant.ts";

const keys = await createWechatpayMerchant();
const other = await createWechatpayMerchant();
let bench: WechatpayBench;

beforeAll(async () => {
  bench = await startWechatpayBench(keys);
});

afterAll(() => bench.stop());

test("a paid order is found by either number, with one answer", async () => {
  const order = bench.order();
  bench.simulator.payer.pay(String((await bench.create(order)).data.code_url));
  const byOwn = await bench.query(String(order.out_trade_no));
  const url = `v3/pay/transactions/id/${byOwn.data.transaction_id}`;
  const byTheirs = await settle(bench.client.chain(url).get({ params: { mchid: keys.credentials.mchid } }));
  expect(byTheirs.data).toEqual(byOwn.data);
  expect(byOwn.data.attach).toBe("");
});

test("unknown numbers are an unsigned 404", async () => {
  const byOwn = await bench.query("never-placed-1");
  expect(byOwn).toMatchObject({ status: 404, data: { code: "ORDER_NOT_EXIST", message: "订单不存在" } });
  expect(byOwn.headers).not.toHaveProperty("wechatpay-signature");
  const params = { mchid: keys.credentials.mchid };
  const byTheirs = await settle(bench.client.chain("v3/pay/transactions/id/4200000000").get({ params }));
  expect(byTheirs).toMatchObject({ status: 404, data: { code: "ORDER_NOT_EXIST" } });
});

test("mchid is required and must be the caller's", async () => {
  const query = (params: object) =>
    settle(bench.client.chain("v3/pay/transactions/out-trade-no/order-0001").get({ params }));
  for (const params of [{}, { mchid: "1900000001" }]) {
    expect((await query(params)).data).toMatchObject({
      code: "PARAM_ERROR",
      detail: { field: "mchid", location: "query" },
    });
  }
});

test("one merchant never sees another's order, by either number", async () => {
  const simulator = await startSimulator({ wechatpay: { merchants: [keys.merchant, other.merchant] } });
  const [mine, theirs] = [keys, other].map((one) => createWechatpayClient(simulator.urls.wechatpay, one));
  if (!mine || !theirs) throw new Error("two clients");
  const { appid, mchid } = keys.credentials;
  const order = { appid, mchid, description: "x", out_trade_no: "shared-0001", notify_url: "http://127.0.0.1:9/" };
  const placed = await settle(mine.chain("v3/pay/transactions/native").post({ ...order, amount: { total: 1 } }));
  simulator.payer.pay(String(placed.data.code_url));
  const { channelTradeNo } = simulator.ledger()[0] ?? {};
  for (const path of ["out-trade-no/shared-0001", `id/${channelTradeNo}`]) {
    const ask = (client: typeof mine, mchid: string) =>
      settle(client.chain(`v3/pay/transactions/${path}`).get({ params: { mchid } }));
    expect((await ask(mine, mchid)).status).toBe(200);
    expect((await ask(theirs, other.credentials.mchid)).status).toBe(404);
  }
  await simulator.stop();
});
