import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { WechatpayBench } from "../../test/wechatpay-bench.ts";
import { startWechatpayBench } from "../../test/wechatpay-bench.ts";
import { createWechatpayMerchant } from "./merchant.ts";

const keys = await createWechatpayMerchant();
let bench: WechatpayBench;

beforeAll(async () => {
  bench = await startWechatpayBench(keys);
});

afterAll(() => bench.stop());

const day = 24 * 3_600_000;
const beijing = (at: number) => `${new Date(at + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`;

const goods = { merchant_goods_id: "g1", quantity: 1, unit_price: 1, goods_name: "茶" };

describe("refused fields", () => {
  test.each([
    ["/amount/total", { amount: { total: 0 } }],
    ["/amount/total", { amount: { total: -1 } }],
    ["/amount/total", { amount: { total: 0.5 } }],
    ["/amount/total", { amount: { total: "100" } }],
    ["/amount/total", { amount: { total: 2 ** 53 } }],
    ["/amount/total", { amount: {} }],
    ["/amount/currency", { amount: { total: 1, currency: "USD" } }],
    ["/amount", { amount: undefined }],
    ["/description", { description: "" }],
    ["/description", { description: "咖".repeat(128) }],
    ["/description", { description: "coffee ☕ and 😀" }],
    ["/attach", { attach: null }],
    ["/out_trade_no", { out_trade_no: "short" }],
    ["/out_trade_no", { out_trade_no: "a".repeat(33) }],
    ["/out_trade_no", { out_trade_no: "order#00001" }],
    ["/notify_url", { notify_url: "http://127.0.0.1/callback?shop=1" }],
    ["/notify_url", { notify_url: "callback" }],
    ["/notify_url", { notify_url: "ftp://example.com/callback" }],
    ["/time_expire", { time_expire: "2026-01-01 10:00:00" }],
    ["/scene_info/payer_client_ip", { scene_info: {} }],
    ["/payer", { payer: { openid: "o1" } }],
    ["/support_fapiao", { support_fapiao: "yes" }],
    ["/detail", { detail: [] }],
    ["/detail/goods_detail", { detail: { goods_detail: {} } }],
    ["/detail/goods_detail/0/quantity", { detail: { goods_detail: [{ merchant_goods_id: "g1", unit_price: 1 }] } }],
    ["/detail/goods_detail/1", { detail: { goods_detail: [goods, "tea"] } }],
    ["/detail/goods_detail", { detail: { goods_detail: Array.from({ length: 6001 }, () => goods) } }],
    ["/detail", { detail: { goods_detail: Array.from({ length: 100 }, () => goods) } }],
    ["/scene_info/payer_client_ip", { scene_info: { payer_client_ip: "127.0.0.1" } }],
  ])("%s %j", async (field, changes) => {
    const outcome = await bench.create(bench.order(changes));
    expect(outcome).toMatchObject({ status: 400, data: { code: "PARAM_ERROR", detail: { field, location: "body" } } });
    expect(outcome.headers).not.toHaveProperty("wechatpay-signature");
  });

  test("the message for a total of 0", async () => {
    const { data } = await bench.create(bench.order({ amount: { total: 0 } }));
    expect(data.message).toBe("输入源“/body/amount/total”映射到数值字段“总金额”规则校验失败，值低于最小值 1");
  });

  test("127 characters of three bytes, every allowed sign and every optional field are accepted", async () => {
    const outcome = await bench.create(
      bench.order({
        description: "咖".repeat(127),
        out_trade_no: `Ab_-|*${Date.now()}`,
        goods_tag: "tag",
        support_fapiao: true,
        detail: { cost_price: 1, invoice_id: "i1", goods_detail: [] },
        scene_info: { payer_client_ip: "10.0.0.1", device_id: "d", store_info: { id: "s" } },
        settle_info: { profit_sharing: false },
      }),
    );
    expect(outcome.status).toBe(200);
  });

  test("a number with signs that need care in a URL can be queried and closed", async () => {
    const outTradeNo = `A|B*C_-${Date.now()}`;
    await bench.create(bench.order({ out_trade_no: outTradeNo }));
    expect((await bench.query(outTradeNo)).data.out_trade_no).toBe(outTradeNo);
    expect((await bench.query(encodeURIComponent(outTradeNo))).data.out_trade_no).toBe(outTradeNo);
    expect((await bench.close(outTradeNo)).status).toBe(204);
  });

  test("a body that is no JSON object", async () => {
    const call = bench.client.chain("v3/pay/transactions/native");
    await expect(call.post(["list"])).rejects.toMatchObject({
      response: { status: 400, data: { code: "PARAM_ERROR" } },
    });
  });
});

test("mchid and appid must be the caller's own", async () => {
  expect((await bench.create(bench.order({ mchid: "1900000001" }))).data).toEqual({
    code: "PARAM_ERROR",
    message: "http header中的mchid与post payload中的mchid不匹配",
  });
  expect(await bench.create(bench.order({ appid: "wx0000000000000000" }))).toMatchObject({
    status: 400,
    data: { code: "APPID_MCHID_NOT_MATCH", message: "appid和mch_id不匹配" },
  });
});

describe("the same number again", () => {
  test("with the same parameters in any order: a fresh code, and the earlier one is dead", async () => {
    const order = bench.order();
    const first = String((await bench.create(order)).data.code_url);
    const again = Object.fromEntries(Object.entries(order).reverse());
    const second = String((await bench.create(again)).data.code_url);
    expect(second).not.toBe(first);
    expect(() => bench.simulator.payer.pay(first)).toThrow(expect.objectContaining({ code: "CODE_EXPIRED" }));
    expect(bench.simulator.payer.pay(second).state).toBe("paid");
  });

  test("with other parameters: as the live service answers", async () => {
    const order = bench.order();
    await bench.create(order);
    expect(await bench.create({ ...order, amount: { total: 2, currency: "CNY" } })).toMatchObject({
      status: 400,
      data: { code: "INVALID_REQUEST", message: "请求重入时，参数与首次请求时不一致" },
    });
  });

  test("with other parameters: as documented", async () => {
    const documented = await startWechatpayBench(keys, { wechatpay: { reuse: "docs" } });
    const order = documented.order();
    await documented.create(order);
    expect(await documented.create({ ...order, description: "other" })).toMatchObject({
      status: 403,
      data: { code: "OUT_TRADE_NO_USED", message: "商户订单号重复" },
    });
    await documented.stop();
  });

  test("after payment and after closing", async () => {
    const paid = bench.order();
    bench.simulator.payer.pay(String((await bench.create(paid)).data.code_url));
    expect(await bench.create(paid)).toMatchObject({
      status: 400,
      data: { code: "ORDERPAID", message: "该订单已支付" },
    });
    const closed = bench.order();
    await bench.create(closed);
    await bench.close(String(closed.out_trade_no));
    expect(await bench.create(closed)).toMatchObject({ status: 400, data: { code: "ORDER_CLOSED" } });
  });
});

describe("expiry", () => {
  test("a code lives two hours; placing the order again gives a fresh one", async () => {
    const own = await startWechatpayBench(keys);
    const order = own.order();
    const code = String((await own.create(order)).data.code_url);
    own.simulator.clock.advance(7_199_000);
    expect(own.simulator.payer.open(code).state).toBe("unpaid");
    own.simulator.clock.advance(1_000);
    expect(own.simulator.payer.open(code).state).toBe("expired");
    expect(() => own.simulator.payer.pay(code)).toThrow(expect.objectContaining({ code: "CODE_EXPIRED" }));
    expect((await own.query(String(order.out_trade_no))).data.trade_state).toBe("NOTPAY");
    expect(own.simulator.payer.pay(String((await own.create(order)).data.code_url)).state).toBe("paid");
    await own.stop();
  });

  test("time_expire is the last moment to pay, at least a minute away; the order stays open", async () => {
    const own = await startWechatpayBench(keys);
    const soon = own.order({ time_expire: beijing(Date.now() + 300_000) });
    const past = own.order({ time_expire: beijing(Date.now() - day) });
    const soonCode = String((await own.create(soon)).data.code_url);
    const pastCode = String((await own.create(past)).data.code_url);
    const states = () => [soonCode, pastCode].map((code) => own.simulator.payer.open(code).state);
    own.simulator.clock.advance(55_000);
    expect(states()).toEqual(["unpaid", "unpaid"]);
    own.simulator.clock.advance(6_000);
    expect(states()).toEqual(["unpaid", "expired"]);
    own.simulator.clock.advance(240_000);
    expect(states()).toEqual(["expired", "expired"]);
    expect((await own.query(String(soon.out_trade_no))).data.trade_state).toBe("NOTPAY");
    await own.stop();
  });

  test("an order unpaid for seven days closes itself", async () => {
    const own = await startWechatpayBench(keys);
    const order = own.order();
    await own.create(order);
    own.simulator.clock.advance(7 * day - 60_000);
    expect((await own.query(String(order.out_trade_no))).data.trade_state).toBe("NOTPAY");
    own.simulator.clock.advance(60_000);
    expect((await own.query(String(order.out_trade_no))).data).toMatchObject({
      trade_state: "CLOSED",
      trade_state_desc: "订单已关闭",
    });
    expect((await own.create(order)).data.code).toBe("ORDER_CLOSED");
    await own.stop();
  });
});

test("strict notify_url: https on a public host", async () => {
  const strict = await startWechatpayBench(keys, { wechatpay: { strictNotifyUrl: true } });
  const status = async (notify_url: string) => (await strict.create(strict.order({ notify_url }))).status;
  expect(await status("http://pay.example.com/callback")).toBe(400);
  expect(await status("https://localhost/callback")).toBe(400);
  expect(await status("https://10.0.0.1/callback")).toBe(400);
  expect(await status("https://[::1]/callback")).toBe(400);
  expect(await status("https://pay.example.com/callback")).toBe(200);
  await strict.stop();
});
