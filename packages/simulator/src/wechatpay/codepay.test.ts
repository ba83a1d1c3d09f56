import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { WechatpayBench } from "../../test/wechatpay-bench.ts";
import { startWechatpayBench } from "../../test/wechatpay-bench.ts";
import type { PayerCodeOptions } from "../core/payer.ts";
import { createWechatpayMerchant } from "./merchant.ts";

const keys = await createWechatpayMerchant();
const { appid, mchid } = keys.credentials;
let bench: WechatpayBench;

beforeAll(async () => {
  bench = await startWechatpayBench(keys);
});

afterAll(() => bench.stop());

const sceneInfo = { device_ip: "203.0.113.7", store_info: { out_id: "shop-7" } };

function sale(code: string, changes: object = {}): Record<string, unknown> {
  const { notify_url: _none, ...order } = bench.order();
  return { ...order, payer: { auth_code: code }, scene_info: sceneInfo, ...changes };
}

const show = (options?: PayerCodeOptions) => bench.simulator.payer.payerCode("wechatpay", options);
const pay = (body: object) => bench.post("pay/transactions/codepay", body);
const stateOf = async ({ out_trade_no }: Record<string, unknown>) =>
  (await bench.query(String(out_trade_no))).data.trade_state;
const reverse = ({ out_trade_no }: Record<string, unknown>, body: object = { appid, mchid }) =>
  bench.post(`pay/transactions/out-trade-no/${out_trade_no}/reverse`, body);

test("without a password the sale is paid at once, and nobody is called back", async () => {
  const code = show();
  expect(code).toMatch(/^1[0-5]\d{16}$/);
  expect(bench.simulator.payer.open(code)).toMatchObject({ state: "waiting", amount: 0 });
  const order = sale(code, { attach: "till-2" });
  expect(await pay(order)).toMatchObject({
    status: 200,
    data: {
      trade_state: "SUCCESS",
      trade_type: "MICROPAY",
      out_trade_no: order.out_trade_no,
      transaction_id: expect.stringMatching(/^4200\d{24}$/),
      attach: "till-2",
      payer: { openid: expect.stringMatching(/^o.{27}$/) },
      amount: { total: 1288, payer_total: 1288 },
      promotion_detail: [],
    },
  });
  expect(bench.simulator.payer.open(code)).toMatchObject({ state: "paid", amount: 1288 });
  expect(bench.simulator.callbacks.pending()).toEqual([]);
  expect(bench.simulator.callbacks.deliveries()).toEqual([]);
});

test("a face is a code too", async () => {
  expect((await pay(sale(show({ face: true })))).data.trade_type).toBe("FACEPAY");
});

describe("a password", () => {
  test("confirmed, the sale is paid", async () => {
    const code = show({ password: true });
    const order = sale(code);
    expect(await pay(order)).toMatchObject({ status: 200, data: { trade_state: "USERPAYING" } });
    expect((await pay(order)).data).toEqual({ trade_state: "USERPAYING" });
    expect(await stateOf(order)).toBe("USERPAYING");
    expect(bench.simulator.payer.open(code)).toMatchObject({ state: "password", amount: 1288 });
    expect(bench.simulator.payer.confirm(code).state).toBe("paid");
    expect(await stateOf(order)).toBe("SUCCESS");
    expect(await pay(order)).toMatchObject({ status: 400, data: { code: "ORDERPAID" } });
  });

  test("refused, it fails, and so does one for which the money is short", async () => {
    for (const options of [{ password: true }, { password: true, balance: "not_enough" }] as const) {
      const code = show(options);
      const order = sale(code);
      await pay(order);
      const act = "balance" in options ? "confirm" : "refuse";
      expect(bench.simulator.payer[act](code).state).toBe("failed");
      expect(await stateOf(order)).toBe("PAYERROR");
      expect((await pay(order)).data.code).toBe("OUT_TRADE_NO_USED");
      expect(() => bench.simulator.payer.confirm(code)).toThrow(
        expect.objectContaining({ code: "NOTHING_TO_CONFIRM" }),
      );
    }
  });

  test("never typed, it fails after a minute", async () => {
    const own = await startWechatpayBench(keys);
    const code = own.simulator.payer.payerCode("wechatpay", { password: true });
    const order = sale(code);
    await own.post("pay/transactions/codepay", order);
    own.simulator.clock.advance(59_000);
    expect((await own.query(String(order.out_trade_no))).data.trade_state).toBe("USERPAYING");
    own.simulator.clock.advance(1_000);
    expect((await own.query(String(order.out_trade_no))).data.trade_state).toBe("PAYERROR");
    await own.stop();
  });

  test("told by a 202 when asked so", async () => {
    const own = await startWechatpayBench(keys, { wechatpay: { userPaying: "accepted" } });
    const order = sale(own.simulator.payer.payerCode("wechatpay", { password: true }));
    const waiting = { status: 202, clientError: undefined, data: { code: "USERPAYING" } };
    expect(await own.post("pay/transactions/codepay", order)).toMatchObject(waiting);
    await own.stop();
  });
});

test("a short balance is refused at once", async () => {
  const order = sale(show({ balance: "not_enough" }));
  expect(await pay(order)).toMatchObject({ status: 403, data: { code: "NOT_ENOUGH" } });
  expect(await stateOf(order)).toBe("PAYERROR");
});

describe("codes that pay nothing", () => {
  test.each(["123", "163456789012345678", "13345678901234567a"])("%s is no code", async (code) => {
    expect(await pay(sale(code))).toMatchObject({ status: 400, data: { code: "AUTH_CODE_ERROR" } });
  });

  test("one that no wallet shows, and one that was used", async () => {
    expect((await pay(sale("133456789012345678"))).data.code).toBe("AUTH_CODE_INVALID");
    const code = show();
    await pay(sale(code));
    const again = sale(code);
    expect(await pay(again)).toMatchObject({
      status: 400,
      data: { code: "AUTH_CODE_INVALID", message: "101 每个二维码仅限使用一次，请刷新再试" },
    });
    expect((await bench.query(String(again.out_trade_no))).data.code).toBe("ORDER_NOT_EXIST");
  });

  test("one that is older than a minute", async () => {
    const own = await startWechatpayBench(keys);
    const [fresh, old] = [1, 2].map(() => own.simulator.payer.payerCode("wechatpay"));
    if (!fresh || !old) throw new Error("two codes");
    own.simulator.clock.advance(59_000);
    expect((await own.post("pay/transactions/codepay", sale(fresh))).status).toBe(200);
    own.simulator.clock.advance(1_000);
    expect(own.simulator.payer.open(old).state).toBe("expired");
    expect((await own.post("pay/transactions/codepay", sale(old))).data.code).toBe("AUTHCODEEXPIRE");
    await own.stop();
  });
});

test.each([
  ["/scene_info", { scene_info: undefined }],
  ["/scene_info/store_info", { scene_info: { device_id: "d" } }],
  ["/scene_info/store_info", { scene_info: { store_info: {} } }],
  ["/scene_info/payer_client_ip", { scene_info: { ...sceneInfo, payer_client_ip: "203.0.113.7" } }],
  ["/notify_url", { notify_url: "https://shop.example.com/callback" }],
  ["/time_expire", { time_expire: "2026-01-01T10:00:00+08:00" }],
  ["/payer", { payer: undefined }],
])("%s is refused in %j", async (field, changes) => {
  expect((await pay(sale(show(), changes))).data).toMatchObject({ code: "PARAM_ERROR", detail: { field } });
});

describe("reversing", () => {
  test("a paid sale returns the money, again and again the same", async () => {
    const order = sale(show());
    await pay(order);
    const reversed = { appid, mchid, out_trade_no: order.out_trade_no };
    expect(await reverse(order)).toMatchObject({ status: 200, data: reversed });
    expect(await reverse(order)).toMatchObject({ status: 200, data: reversed });
    expect(await stateOf(order)).toBe("REVOKED");
    expect((await pay(order)).data.code).toBe("ORDERREVERSED");
    const entry = bench.simulator.ledger().find(({ outTradeNo }) => outTradeNo === order.out_trade_no);
    expect(entry?.state).toBe("closed");
  });

  test("not while the payer types; then it closes the sale", async () => {
    const code = show({ password: true });
    const order = sale(code);
    await pay(order);
    expect(await reverse(order)).toMatchObject({
      status: 202,
      clientError: undefined,
      data: { code: "USERPAYING", message: "正在支付中不能发起撤销" },
    });
    expect(await stateOf(order)).toBe("USERPAYING");
    bench.simulator.payer.refuse(code);
    expect((await reverse(order)).status).toBe(200);
    expect(await stateOf(order)).toBe("REVOKED");
    expect(bench.simulator.payer.open(code).state).toBe("closed");
  });

  test("an unknown number, and one that no bar code paid", async () => {
    expect(await reverse({ out_trade_no: "never-1" })).toMatchObject({
      status: 404,
      data: { code: "ORDER_NOT_EXIST" },
    });
    const order = bench.order();
    await bench.create(order);
    expect(await reverse(order)).toMatchObject({ status: 400, data: { code: "INVALID_REQUEST" } });
  });

  test("without appid it is a system error; for another merchant it is refused", async () => {
    const order = sale(show());
    await pay(order);
    expect(await reverse(order, { mchid })).toMatchObject({ status: 500, data: { code: "SYSTEM_ERROR" } });
    expect((await reverse(order, { appid, mchid: "1900000001" })).data.code).toBe("PARAM_ERROR");
    expect((await reverse(order, { appid: "wx0", mchid })).data.code).toBe("APPID_MCHID_NOT_MATCH");
    expect(await stateOf(order)).toBe("SUCCESS");
  });

  test("a refunded sale is not reversed, and a sale is not closed", async () => {
    const order = sale(show());
    await pay(order);
    await bench.refund(order.out_trade_no);
    expect((await reverse(order)).data.code).toBe("TRADE_ERROR");
    expect(await bench.close(String(order.out_trade_no))).toMatchObject({
      status: 400,
      data: { code: "INVALID_REQUEST" },
    });
  });
});
