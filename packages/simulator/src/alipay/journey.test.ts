import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { AlipaySdk } from "alipay-sdk";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Simulator } from "../start.ts";
import { startSimulator } from "../start.ts";
import { createAlipayMerchant } from "./merchant.ts";

const { merchant, credentials } = await createAlipayMerchant({ name: "云上茶馆" });

type Received = { headers: Record<string, string | string[] | undefined>; body: string };

let simulator: Simulator;
let sdk: AlipaySdk;
let received: Received[];
let answer: { status: number; body: string };
let notifyUrl: string;
const closers: (() => Promise<void> | void)[] = [];

beforeEach(async () => {
  received = [];
  answer = { status: 200, body: "success" };
  const shop = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    received.push({ headers: request.headers, body });
    response.writeHead(answer.status).end(answer.body);
  });
  shop.listen(0, "127.0.0.1");
  await once(shop, "listening");
  notifyUrl = `http://127.0.0.1:${(shop.address() as AddressInfo).port}/callbacks/alipay`;
  simulator = await startSimulator({ alipay: { merchants: [merchant] } });
  sdk = client(simulator.urls.alipay);
  closers.push(
    () => void shop.close(),
    () => simulator.stop(),
  );
});

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

function client(gateway: string, alipayPublicKey = credentials.alipayPublicKeyPem): AlipaySdk {
  return new AlipaySdk({
    appId: credentials.appId,
    privateKey: credentials.appPrivateKeyPem,
    keyType: "PKCS8",
    alipayPublicKey,
    gateway,
    camelcase: false,
    timeout: 2000,
  });
}

function exec(method: string, biz: Record<string, unknown>, notify?: string) {
  return sdk.exec(method, { biz_content: biz, ...(notify && { notify_url: notify }) }, { validateSign: true });
}

function precreate(outTradeNo: string, more: Record<string, unknown> = {}) {
  const biz = { out_trade_no: outTradeNo, total_amount: "12.88", subject: "龙井一杯", ...more };
  return exec("alipay.trade.precreate", biz, notifyUrl);
}

const query = (outTradeNo: string) => exec("alipay.trade.query", { out_trade_no: outTradeNo });
const fieldsOf = (one: Received | undefined) => Object.fromEntries(new URLSearchParams(one?.body));

describe("a payment by QR code", () => {
  it("goes from precreate over scan and payment to a notification that the SDK verifies", async () => {
    const created = await precreate("T1", { body: "二楼", passback_params: "a=1&b=50% off" });
    expect(created).toMatchObject({ code: "10000", msg: "Success", out_trade_no: "T1" });
    expect(created.trade_no).toBeUndefined();
    expect(await query("T1")).toMatchObject({
      code: "40004",
      sub_code: "ACQ.TRADE_NOT_EXIST",
      sub_msg: "交易不存在",
      receipt_amount: "0.00",
      out_trade_no: "T1",
    });

    expect(simulator.payer.open(created.qr_code)).toMatchObject({
      channel: "alipay",
      merchantName: "云上茶馆",
      subject: "龙井一杯",
      amount: 1288,
      state: "unpaid",
    });
    const unpaid = await query("T1");
    expect(unpaid).toMatchObject({ trade_status: "WAIT_BUYER_PAY", total_amount: "12.88", buyer_pay_amount: "0.00" });
    expect(unpaid.trade_no).toMatch(/^\d{8}22001\d{15}$/);
    expect(unpaid.send_pay_date).toBeUndefined();

    expect(simulator.payer.pay(created.qr_code).state).toBe("paid");
    await expect.poll(() => received.length).toBe(1);
    const fields = fieldsOf(received[0]);
    expect(sdk.checkNotifySignV2(fields)).toBe(true);
    expect(sdk.checkNotifySignV2({ ...fields, total_amount: "0.01" })).toBe(false);
    expect(received[0]?.headers).toMatchObject({
      "content-type": "application/x-www-form-urlencoded; text/html; charset=utf-8",
      "user-agent": "Mozilla/4.0",
    });
    expect(fields).toMatchObject({
      app_id: merchant.appId,
      seller_id: merchant.sellerId,
      out_trade_no: "T1",
      trade_no: unpaid.trade_no,
      trade_status: "TRADE_SUCCESS",
      total_amount: "12.88",
      subject: "龙井一杯",
      passback_params: "a=1&b=50% off",
      sign_type: "RSA2",
      fund_bill_list: '[{"amount":"12.88","fundChannel":"ALIPAYACCOUNT"}]',
    });
    expect(fields.notify_id).toMatch(/^\d{34}$/);
    expect(Object.keys(fields).slice(0, 6).join()).toBe("gmt_create,charset,gmt_payment,notify_time,subject,sign");

    expect(await query("T1")).toMatchObject({
      trade_status: "TRADE_SUCCESS",
      receipt_amount: "12.88",
      send_pay_date: fields.gmt_payment,
    });
    await expect.poll(() => simulator.callbacks.pending()).toEqual([]);
    expect(simulator.ledger()).toMatchObject([
      { channel: "alipay", merchantId: merchant.sellerId, outTradeNo: "T1", amount: 1288, state: "paid" },
    ]);
  });
});
