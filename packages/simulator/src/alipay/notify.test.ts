import { verify } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type AlipayBench, fieldsOf, startAlipayBench } from "../../test/alipay-bench.ts";
import { createAlipayMerchant } from "./merchant.ts";
import { notifyRetryTableMs } from "./notify.ts";

const keys = await createAlipayMerchant();
let bench: AlipayBench;

beforeEach(async () => {
  bench = await startAlipayBench(keys);
});

afterEach(() => bench.stop());

async function pay(outTradeNo: string): Promise<void> {
  bench.simulator.payer.pay(await bench.code(outTradeNo));
}

const verified = (index: number) => bench.sdk.checkNotifySignV2(fieldsOf(bench.receiver.received[index]));

test("a notification has Alipay's headers, fields and order, and its signature covers them", async () => {
  await pay("N1");
  const [callback] = await bench.receiver.waitFor(1);
  expect(callback?.headers).toMatchObject({
    "content-type": "application/x-www-form-urlencoded; text/html; charset=utf-8",
    "user-agent": "Mozilla/4.0",
  });
  const fields = fieldsOf(callback);
  expect(Object.keys(fields).join()).toBe(
    "gmt_create,charset,gmt_payment,notify_time,subject,sign,buyer_id,invoice_amount,version,notify_id,fund_bill_list," +
      "notify_type,out_trade_no,total_amount,trade_status,trade_no,auth_app_id,receipt_amount,point_amount,app_id," +
      "buyer_pay_amount,sign_type,seller_id",
  );
  expect(fields).toMatchObject({
    app_id: keys.merchant.appId,
    seller_id: keys.merchant.sellerId,
    total_amount: "12.88",
    fund_bill_list: '[{"amount":"12.88","fundChannel":"ALIPAYACCOUNT"}]',
    sign_type: "RSA2",
  });
  expect(fields.notify_id).toMatch(/^\d{34}$/);
  expect(fields.gmt_payment).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
  expect(verified(0)).toBe(true);
  // The SDK also accepts a signature over `sign_type`; Alipay itself leaves it out.
  const content = Object.entries(fields)
    .filter(([key]) => key !== "sign" && key !== "sign_type")
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join("&");
  const signature = Buffer.from(fields.sign ?? "", "base64");
  expect(verify("sha256", Buffer.from(content), keys.credentials.alipayPublicKey, signature)).toBe(true);
  expect(bench.sdk.checkNotifySignV2({ ...fields, total_amount: "0.01" })).toBe(false);
});

test("an unaccepted notification is sent again after 4m, 10m, 10m, 1h, 2h, 6h, 15h and then given up", async () => {
  bench.receiver.answer = () => ({ status: 200, body: "fail" });
  await pay("N2");
  const sent = () => bench.simulator.callbacks.deliveries();
  for (const [index, waitMs] of notifyRetryTableMs.entries()) {
    await expect.poll(() => sent().length).toBe(index + 1);
    bench.simulator.clock.advance(waitMs);
  }
  await expect.poll(() => sent().length).toBe(8);
  const waits = sent()
    .slice(1)
    .map((delivery, index) => Math.round((delivery.at - (sent()[index]?.at ?? 0)) / 60_000));
  expect(waits).toEqual([4, 10, 10, 60, 120, 360, 900]);
  expect(bench.simulator.callbacks.pending()).toEqual([]);

  const all = bench.receiver.received.map(fieldsOf);
  expect(new Set(all.map((fields) => fields.notify_id)).size).toBe(1);
  expect(new Set(all.map((fields) => fields.notify_time)).size).toBe(8);
  expect(all.every((fields) => bench.sdk.checkNotifySignV2(fields))).toBe(true);
});

test.each([
  [200, "SUCCESS", false],
  [200, "success\n", false],
  [200, '"success"', false],
  [201, "success", false],
  [500, "success", false],
  [200, "success", true],
])("the answer %i %j counts as accepted: %s", async (status, body, accepted) => {
  bench.receiver.answer = () => ({ status, body });
  await pay("N3");
  await expect.poll(() => bench.simulator.callbacks.deliveries()).toMatchObject([{ accepted }]);
});

test("lost: nothing arrives until the next delivery", async () => {
  bench.simulator.faults.callback({ channel: "alipay", fault: "lost" });
  await pay("N4");
  await expect.poll(() => bench.simulator.callbacks.deliveries().length).toBe(1);
  expect(bench.receiver.received).toEqual([]);
  bench.simulator.clock.advance(4 * 60_000);
  await bench.receiver.waitFor(1);
});

test("duplicate, forged, probe, wrong amount and wrong merchant reach the merchant as such", async () => {
  const { faults } = bench.simulator;
  faults.callback({ channel: "alipay", match: (no) => no === "N5", fault: { kind: "duplicate", count: 3 } });
  await pay("N5");
  await bench.receiver.waitFor(3);
  expect(new Set(bench.receiver.received.map((one) => fieldsOf(one).notify_id)).size).toBe(1);

  faults.callback({ channel: "alipay", fault: "forged" });
  await pay("N6");
  await bench.receiver.waitFor(4);
  expect(verified(3)).toBe(false);

  faults.callback({ channel: "alipay", fault: { kind: "wrong_amount", amount: 1 } });
  await pay("N7");
  await bench.receiver.waitFor(5);
  expect(verified(4)).toBe(true);
  expect(fieldsOf(bench.receiver.received[4])).toMatchObject({ total_amount: "0.01", out_trade_no: "N7" });

  faults.callback({ channel: "alipay", fault: { kind: "wrong_merchant" } });
  await pay("N8");
  await bench.receiver.waitFor(6);
  expect(verified(5)).toBe(true);
  expect(fieldsOf(bench.receiver.received[5]).seller_id).not.toBe(keys.merchant.sellerId);

  faults.callback({ channel: "alipay", fault: "probe" });
  await pay("N9");
  await bench.receiver.waitFor(7);
  expect(verified(6)).toBe(false);
});

test("without a notify_url nothing is sent", async () => {
  const biz = { out_trade_no: "N10", total_amount: "1.00", subject: "茶" };
  const created = await bench.exec("alipay.trade.precreate", biz);
  bench.simulator.payer.pay(String(created.qr_code));
  expect(bench.simulator.callbacks.pending()).toEqual([]);
});
