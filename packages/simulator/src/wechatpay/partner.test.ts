import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { WechatpayBench } from "../../test/wechatpay-bench.ts";
import { openCallback, startWechatpayBench } from "../../test/wechatpay-bench.ts";
import { appParams, jsapiParams } from "../../test/wechatpay-invocation.ts";
import { createWechatpayMerchant } from "./merchant.ts";

const sub = { mchid: "1900008001", appids: ["wx8888888888888801"], name: "云上茶馆" };
const neighbour = { mchid: "1900008002", appids: ["wx8888888888888802"], name: "隔壁" };
const keys = await createWechatpayMerchant({ subMerchants: [sub, neighbour] });
const { credentials } = keys;
const subAppid = sub.appids[0];
let bench: WechatpayBench;

beforeAll(async () => {
  bench = await startWechatpayBench(keys, { wechatpay: { refundDelayMs: 10 } });
});

afterAll(() => bench.stop());

const owner = { sp_mchid: credentials.mchid, sub_mchid: sub.mchid };
const identity = { sp_appid: credentials.appid, ...owner };

function order(changes: object = {}): Record<string, unknown> {
  const { appid: _appid, mchid: _mchid, ...rest } = bench.order();
  return { ...identity, ...rest, ...changes };
}

const place = (product: string, body: object) => bench.post(`pay/partner/transactions/${product}`, body);
const query = (body: Record<string, unknown>, params: object = owner) =>
  bench.get(`pay/partner/transactions/out-trade-no/${body.out_trade_no}`, params);

test("Native: placed, paid, called back, queried by either number, refunded", async () => {
  const placed = order();
  const code = String((await place("native", placed)).data.code_url);
  expect((await query(placed)).data).toMatchObject({ ...identity, trade_state: "NOTPAY" });
  expect(bench.simulator.payer.pay(code)).toMatchObject({ state: "paid", merchantName: "云上茶馆" });
  const [callback] = await bench.receiver.waitFor(1);
  if (!callback) throw new Error("no callback");
  const paid = (await query(placed)).data;
  expect(openCallback(callback, keys.merchant)).toEqual(paid);
  expect(paid).toMatchObject({ ...identity, trade_state: "SUCCESS", payer: { sp_openid: expect.any(String) } });
  expect(paid).not.toHaveProperty("mchid");
  expect((await bench.get(`pay/partner/transactions/id/${paid.transaction_id}`, owner)).data).toEqual(paid);
  const theirs = { ...owner, sub_mchid: neighbour.mchid };
  expect((await bench.get(`pay/partner/transactions/id/${paid.transaction_id}`, theirs)).status).toBe(404);
  expect(bench.simulator.ledger()[0]).toMatchObject({ merchantId: sub.mchid, state: "paid" });

  const refunded = await bench.refund(placed.out_trade_no, { sub_mchid: sub.mchid });
  expect(refunded).toMatchObject({ status: 200, data: { status: "PROCESSING" } });
  const [, notice] = await bench.receiver.waitFor(2);
  if (!notice) throw new Error("no callback");
  expect(openCallback(notice, keys.merchant)).toMatchObject({ ...owner, refund_status: "SUCCESS" });
  const path = `refund/domestic/refunds/${refunded.data.out_refund_no}`;
  expect((await bench.get(path, { sub_mchid: sub.mchid })).data.status).toBe("SUCCESS");
  for (const params of [{}, { sub_mchid: neighbour.mchid }]) expect((await bench.get(path, params)).status).toBe(404);
  const applyPath = `refund/domestic/refunds/${refunded.data.refund_id}/apply-abnormal-refund`;
  const apply = (body: object) =>
    bench.post(applyPath, { out_refund_no: refunded.data.out_refund_no, type: "MERCHANT_BANK_CARD", ...body });
  expect((await apply({ sub_mchid: sub.mchid })).data.code).toBe("INVALID_REQUEST");
  expect((await apply({ sub_mchid: neighbour.mchid })).status).toBe(404);
  expect((await bench.refund(placed.out_trade_no)).status).toBe(404);
  expect((await bench.refund(placed.out_trade_no, { sub_mchid: neighbour.mchid })).status).toBe(404);
});

describe("JSAPI and APP", () => {
  test.each([
    ["the provider's app", {}, { sp_openid: "o-sp-1" }, credentials.appid],
    ["the merchant's app", { sub_appid: subAppid }, { sub_openid: "o-sub-1" }, subAppid ?? ""],
  ])("in %s", async (_what, changes, payer, appid) => {
    const placed = order({ ...changes, payer });
    const { prepay_id } = (await place("jsapi", placed)).data;
    const { code } = bench.simulator.payer.invoke(jsapiParams({ ...credentials, appid }, prepay_id));
    bench.simulator.payer.pay(code);
    expect((await query(placed)).data).toMatchObject({ trade_type: "JSAPI", payer, ...changes });
  });

  test.each([credentials.mchid, sub.mchid])("an app names %s as its partner", async (mchid) => {
    const { prepay_id } = (await place("app", order())).data;
    const view = bench.simulator.payer.invoke(appParams({ ...credentials, mchid }, prepay_id));
    expect(view.state).toBe("unpaid");
  });

  test.each([
    ["/payer", { payer: {} }],
    ["/payer", { payer: { sp_openid: "o1", sub_openid: "o2" }, sub_appid: subAppid }],
    ["/sub_appid", { payer: { sub_openid: "o2" } }],
    ["/payer/openid", { payer: { openid: "o1" } }],
  ])("%s is refused in %j", async (field, changes) => {
    expect((await place("jsapi", order(changes))).data).toMatchObject({ code: "PARAM_ERROR", detail: { field } });
  });
});

test("H5, and a bar code with reverse", async () => {
  const scene_info = { payer_client_ip: "203.0.113.7", h5_info: { type: "Wap" } };
  const link = String((await place("h5", order({ scene_info }))).data.h5_url);
  expect(bench.simulator.payer.visit(link)).toMatchObject({ state: "unpaid", merchantName: "云上茶馆" });

  const { notify_url: _none, ...sale } = order({
    payer: { auth_code: bench.simulator.payer.payerCode("wechatpay") },
    scene_info: { store_info: { id: "1" } },
  });
  expect((await place("codepay", sale)).data).toMatchObject({ ...owner, trade_state: "SUCCESS" });
  const path = `pay/partner/transactions/out-trade-no/${sale.out_trade_no}/reverse`;
  expect(await bench.post(path, identity)).toMatchObject({ status: 200, data: { ...identity } });
  expect((await query(sale)).data.trade_state).toBe("REVOKED");
});

test("closing", async () => {
  const placed = order();
  await place("native", placed);
  const close = (body: object) =>
    bench.post(`pay/partner/transactions/out-trade-no/${placed.out_trade_no}/close`, body);
  expect((await close({ sp_mchid: credentials.mchid })).data).toMatchObject({ detail: { field: "/sub_mchid" } });
  expect((await close({ ...owner, sub_mchid: neighbour.mchid })).status).toBe(204);
  expect((await query(placed)).data.trade_state).toBe("NOTPAY");
  expect((await close(owner)).status).toBe(204);
  expect((await query(placed)).data.trade_state).toBe("CLOSED");
});

describe("who belongs to whom", () => {
  test.each([
    ["INVALID_REQUEST", { sub_mchid: "1900009999" }],
    ["INVALID_REQUEST", { sub_mchid: credentials.mchid }],
    ["APPID_MCHID_NOT_MATCH", { sub_appid: neighbour.appids[0] }],
    ["APPID_MCHID_NOT_MATCH", { sp_appid: "wx0" }],
    ["PARAM_ERROR", { sp_mchid: "1900000001" }],
    ["PARAM_ERROR", { appid: credentials.appid }],
  ])("%s for %j", async (code, changes) => {
    expect(await place("native", order(changes))).toMatchObject({ status: 400, data: { code } });
  });

  test("a provider is not its own merchant, and says so", async () => {
    const { message } = (await place("native", order({ sub_mchid: credentials.mchid }))).data;
    expect(message).toBe("子商户mchid不能与自身mchid相同");
  });

  test("an order is its own merchant's: neither its neighbour nor the provider itself sees it", async () => {
    const placed = order();
    await place("native", placed);
    expect((await query(placed, { ...owner, sub_mchid: neighbour.mchid })).data.code).toBe("ORDER_NOT_EXIST");
    expect((await bench.query(String(placed.out_trade_no))).data.code).toBe("ORDER_NOT_EXIST");
    expect((await query(placed, { sp_mchid: credentials.mchid })).data.code).toBe("PARAM_ERROR");
    expect((await query(placed, { ...owner, sub_mchid: "1900009999" })).data.code).toBe("INVALID_REQUEST");
  });
});
