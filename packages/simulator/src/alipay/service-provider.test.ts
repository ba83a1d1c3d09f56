import { afterAll, beforeAll, expect, test } from "vitest";
import { type AlipayBench, startAlipayBench } from "../../test/alipay-bench.ts";
import { createAlipayMerchant } from "./merchant.ts";

const provider = await createAlipayMerchant({ name: "服务商" });
const shop = { token: "202611BBshop", authAppId: "2021000000000001", sellerId: "2088000000000001", name: "山间小店" };
let bench: AlipayBench;

beforeAll(async () => {
  bench = await startAlipayBench({ ...provider, merchant: { ...provider.merchant, authorizations: [shop] } });
});

afterAll(() => bench.stop());

/** A call of the provider's app for the merchant that the token names. */
function callFor(token: string, method: string, biz: Record<string, unknown>): Promise<Record<string, unknown>> {
  const params = { biz_content: biz, app_auth_token: token, notify_url: bench.receiver.url };
  return bench.sdk.exec(method, params, { validateSign: true });
}

test("with its token the trade belongs to the merchant: payment, notification, query and refund", async () => {
  const order = { out_trade_no: "S1", total_amount: "12.88", subject: "龙井一杯" };
  const { qr_code } = await callFor(shop.token, "alipay.trade.precreate", order);
  expect(bench.simulator.payer.pay(String(qr_code)).merchantName).toBe("山间小店");
  expect(await bench.notified(0)).toMatchObject({
    app_id: provider.merchant.appId,
    auth_app_id: shop.authAppId,
    seller_id: shop.sellerId,
  });
  const number = { out_trade_no: "S1" };
  const found = await callFor(shop.token, "alipay.trade.query", number);
  expect(found).toMatchObject({ trade_status: "TRADE_SUCCESS" });
  for (const biz of [number, { trade_no: found.trade_no }]) {
    expect(await bench.exec("alipay.trade.query", biz)).toMatchObject({ sub_code: "ACQ.TRADE_NOT_EXIST" });
  }
  expect(await callFor(shop.token, "alipay.trade.refund", { ...number, refund_amount: "12.88" })).toMatchObject({
    fund_change: "Y",
  });
  expect(bench.simulator.ledger()).toMatchObject([{ merchantId: shop.sellerId, outTradeNo: "S1" }]);
});

test("an unknown token is refused with 20001", async () => {
  expect(await callFor("202611BBother", "alipay.trade.query", { out_trade_no: "S1" })).toMatchObject({
    code: "20001",
    msg: "Insufficient Token Permissions",
    sub_code: "aop.invalid-app-auth-token",
  });
});
