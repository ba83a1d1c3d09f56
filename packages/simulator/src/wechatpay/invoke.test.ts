import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { WechatpayBench } from "../../test/wechatpay-bench.ts";
import { openCallback, startWechatpayBench } from "../../test/wechatpay-bench.ts";
import { appParams, jsapiParams } from "../../test/wechatpay-invocation.ts";
import { createWechatpayMerchant } from "./merchant.ts";

const keys = await createWechatpayMerchant();
const other = await createWechatpayMerchant();
const { credentials } = keys;
let bench: WechatpayBench;

beforeAll(async () => {
  bench = await startWechatpayBench(keys);
});

afterAll(() => bench.stop());

const payer = { openid: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o" };
const place = (product: "jsapi" | "app", order = bench.order(product === "jsapi" ? { payer } : {})) =>
  bench.post(`pay/transactions/${product}`, order).then(({ data }) => ({ order, prepayId: String(data.prepay_id) }));

describe.each([
  ["jsapi", "JSAPI", jsapiParams],
  ["app", "APP", appParams],
] as const)("%s", (product, tradeType, paramsFor) => {
  test("placed, invoked, paid, called back and queried", async () => {
    const { order, prepayId } = await place(product);
    expect(prepayId).toMatch(/^wx\d{8}[0-9a-f]{26}$/);
    const seen = bench.receiver.received.length;
    const view = bench.simulator.payer.invoke(paramsFor(credentials, prepayId));
    expect(view).toMatchObject({ state: "unpaid", amount: 1288, subject: "一杯咖啡" });
    expect(bench.simulator.payer.pay(view.code).state).toBe("paid");
    const callback = (await bench.receiver.waitFor(seen + 1)).at(-1);
    if (!callback) throw new Error("no callback");
    const paid = (await bench.query(String(order.out_trade_no))).data;
    expect(openCallback(callback, keys.merchant)).toEqual(paid);
    expect(paid).toMatchObject({ trade_type: tradeType, trade_state: "SUCCESS" });
    if (product === "jsapi") expect(paid.payer).toEqual(payer);
  });

  test("turned away, the order stays unpaid and can be invoked again", async () => {
    const { order, prepayId } = await place(product);
    const { code } = bench.simulator.payer.invoke(paramsFor(credentials, prepayId));
    expect(bench.simulator.payer.refuse(code).state).toBe("unpaid");
    expect((await bench.query(String(order.out_trade_no))).data.trade_state).toBe("NOTPAY");
    expect(bench.simulator.payer.invoke(paramsFor(credentials, prepayId)).state).toBe("unpaid");
  });

  test("nobody pays a prepay_id that was not invoked, nor a replaced one", async () => {
    const { order, prepayId } = await place(product);
    const pay = (code: string) => () => bench.simulator.payer.pay(code);
    expect(pay(prepayId)).toThrow(expect.objectContaining({ code: "INVALID_INVOCATION" }));
    bench.simulator.payer.invoke(paramsFor(credentials, prepayId));
    const again = await place(product, order);
    expect(pay(prepayId)).toThrow(expect.objectContaining({ code: "CODE_EXPIRED" }));
    expect(pay(again.prepayId)).toThrow(expect.objectContaining({ code: "INVALID_INVOCATION" }));
  });

  test.each([
    [
      "another key",
      (id: string) => paramsFor({ ...credentials, merchantPrivateKey: other.credentials.merchantPrivateKey }, id),
    ],
    ["another app", (id: string) => paramsFor({ ...credentials, appid: other.credentials.appid }, id)],
    ["another nonce", (id: string) => ({ ...paramsFor(credentials, id), nonceStr: "another" })],
    ["another time", (id: string) => ({ ...paramsFor(credentials, id), timeStamp: "1554208460" })],
    ["milliseconds", (id: string) => paramsFor(credentials, id, { timeStamp: String(Date.now()) })],
    ["no nonce", (id: string) => paramsFor(credentials, id, { nonceStr: "" })],
    ["a nonce of 33 characters", (id: string) => paramsFor(credentials, id, { nonceStr: "a".repeat(33) })],
    [
      "an app that is not the signed one",
      (id: string) => ({ ...paramsFor(credentials, id), appId: "wx0000000000000002" }),
    ],
    ["a foreign prepay_id", () => paramsFor(credentials, "wx00000000000000000000000000000000ab")],
    ["another package", (id: string) => ({ ...paramsFor(credentials, id), package: `${id}`, packageValue: "WXPay" })],
  ])("%s is refused", async (_what, make) => {
    const { prepayId } = await place(product);
    expect(() => bench.simulator.payer.invoke(make(prepayId))).toThrow(
      expect.objectContaining({ code: "INVALID_INVOCATION" }),
    );
  });
});

test("a mini-program signs its appid without passing it", async () => {
  const { prepayId } = await place("jsapi");
  const { appId, ...params } = jsapiParams(credentials, prepayId);
  expect(appId).toBe(credentials.appid);
  expect(bench.simulator.payer.invoke(params).state).toBe("unpaid");
});

test("iOS calls packageValue package; the app's partnerId is the merchant", async () => {
  const { prepayId } = await place("app");
  const { packageValue, ...params } = appParams(credentials, prepayId);
  expect(bench.simulator.payer.invoke({ ...params, package: String(packageValue) }).state).toBe("unpaid");
  expect(() => bench.simulator.payer.invoke(appParams({ ...credentials, mchid: "1900000001" }, prepayId))).toThrow(
    expect.objectContaining({ code: "INVALID_INVOCATION" }),
  );
});

test("JSAPI takes signType RSA only; each product takes its own prepay_id only", async () => {
  const [jsapi, app] = [await place("jsapi"), await place("app")];
  for (const params of [
    { ...jsapiParams(credentials, jsapi.prepayId), signType: "MD5" },
    jsapiParams(credentials, app.prepayId),
    appParams(credentials, jsapi.prepayId),
  ]) {
    expect(() => bench.simulator.payer.invoke(params)).toThrow(expect.objectContaining({ code: "INVALID_INVOCATION" }));
  }
});

test("a prepay_id lives two hours", async () => {
  const own = await startWechatpayBench(keys);
  const { data } = await own.post("pay/transactions/jsapi", own.order({ payer }));
  const { code } = own.simulator.payer.invoke(jsapiParams(credentials, data.prepay_id));
  own.simulator.clock.advance(7_199_000);
  expect(own.simulator.payer.open(code).state).toBe("unpaid");
  own.simulator.clock.advance(1_000);
  expect(() => own.simulator.payer.pay(code)).toThrow(expect.objectContaining({ code: "CODE_EXPIRED" }));
  await own.stop();
});

describe("who may be the payer", () => {
  test("JSAPI needs an openid, the other products take none", async () => {
    const jsapi = await bench.post("pay/transactions/jsapi", bench.order());
    expect(jsapi.data).toMatchObject({ code: "PARAM_ERROR", detail: { field: "/payer" } });
    const app = await bench.post("pay/transactions/app", bench.order({ payer }));
    expect(app.data).toMatchObject({ code: "PARAM_ERROR", detail: { field: "/payer" } });
  });

  test("an openid belongs to one app", async () => {
    const own = await startWechatpayBench({
      credentials,
      merchant: { ...keys.merchant, appids: [credentials.appid, "wx0000000000000002"] },
    });
    expect((await own.post("pay/transactions/jsapi", own.order({ payer }))).status).toBe(200);
    const foreign = await own.post("pay/transactions/jsapi", own.order({ payer, appid: "wx0000000000000002" }));
    expect(foreign).toMatchObject({ status: 400, data: { code: "INVALID_REQUEST", message: "appid和openid不匹配" } });
    await own.stop();
  });
});

test("one number is one product: placing it at another is refused", async () => {
  const { order } = await place("app");
  expect(await bench.create(order)).toMatchObject({ status: 400, data: { code: "INVALID_REQUEST" } });
});
