import { verify } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type AlipayGateway, startAlipayGateway } from "../../test/alipay-gateway.ts";
import type { ChannelConnection, ChargeOutcome } from "../channel.ts";
import { alipay } from "./plugin.ts";

const NOW = Date.parse("2026-11-21T02:00:00Z");
const ATTEMPT = "T20261121100000000ABCDEFGHJKMN";
const ORDER = {
  attemptNo: ATTEMPT,
  amount: 1288,
  subject: "拿铁 & 蛋糕",
  createdAt: NOW,
  expiresAt: NOW + 15 * 60_000,
  notifyUrl: "https://pay.example.com/callbacks/alipay/A1",
};
const BIZ = {
  out_trade_no: ATTEMPT,
  total_amount: "12.88",
  subject: "拿铁 ＆ 蛋糕",
  seller_id: "2088000000000001",
  time_expire: "2026-11-21 10:15:00",
  timeout_express: "15m",
};
const RETURN_URL = "https://shop.example.com/paid?order=1&from=支付宝";
const TRADE_NO = "2026112122001425131000000001";
const PAID_TRADE = {
  trade_no: TRADE_NO,
  total_amount: "12.88",
  trade_status: "TRADE_SUCCESS",
  send_pay_date: "2026-11-21 10:00:06",
};

type Answer = Record<string, string>;

let gateway: AlipayGateway;
let connection: ChannelConnection;

function connect(changes: object = {}): ChannelConnection {
  const random = { bytes: (size: number) => new Uint8Array(size), fraction: () => 0 };
  const credentials = alipay.readCredentials({ ...gateway.credentials, ...changes });
  return alipay.connect([credentials], { clock: { now: () => NOW }, random, deadlineMs: 2000 });
}

/** Scripts one answer per method; an answer without a code is a success about the order. */
function answers(script: Record<string, Answer>): void {
  gateway.answer = (parameters, response) => {
    const fields = script[parameters.method ?? ""] ?? { code: "40004", sub_code: "unscripted" };
    response.end(gateway.envelope(parameters, { code: "10000", msg: "Success", out_trade_no: ATTEMPT, ...fields }));
  };
}

const askedMethods = () => gateway.requests.map(({ method }) => method?.replace("alipay.trade.", ""));
const askedBiz = (index = 0) => JSON.parse(gateway.requests[index]?.biz_content ?? "null");
const refused = (sub_code: string): Answer => ({ code: "40004", msg: "Business Failed", sub_code, sub_msg: "为什么" });

beforeAll(async () => {
  gateway = await startAlipayGateway();
});
beforeEach(() => {
  gateway.requests.length = 0;
  connection = connect();
});
afterAll(() => gateway.stop());

describe("at the counter", () => {
  const barcode = { ...ORDER, scene: "barcode", authCode: "288888888888888888", storeNo: "S1" } as const;
  const face = { ...ORDER, scene: "face", authCode: `fp${"0".repeat(33)}`, storeNo: "S1" } as const;
  const pay = (answer: Answer, found: Answer = PAID_TRADE) => {
    answers({ "alipay.trade.pay": { trade_no: TRADE_NO, ...answer }, "alipay.trade.query": found });
    return connection.create(barcode);
  };

  test.each([
    [barcode, { scene: "bar_code", auth_code: barcode.authCode }],
    [face, { scene: "security_code", auth_code: face.authCode }],
  ])("%j is charged once, and confirmed", async (request, code) => {
    answers({ "alipay.trade.pay": { trade_no: TRADE_NO }, "alipay.trade.query": PAID_TRADE });
    expect(await connection.create(request)).toEqual({
      kind: "paid",
      receipt: {
        outTradeNo: ATTEMPT,
        channelTradeNo: TRADE_NO,
        amount: 1288,
        currency: "CNY",
        paidAt: Date.parse("2026-11-21T02:00:06Z"),
        payee: { appId: "2021000000000001" },
      },
    });
    expect(askedMethods()).toEqual(["pay", "query"]);
    expect(gateway.requests[0]?.notify_url).toBe(ORDER.notifyUrl);
    expect(askedBiz()).toEqual({ ...BIZ, ...code, product_code: "FACE_TO_FACE_PAYMENT", store_id: "S1" });
  });

  test.each<[string, Answer]>([
    ["still waits", { trade_no: TRADE_NO, trade_status: "WAIT_BUYER_PAY" }],
    ["is rolled back", { trade_no: TRADE_NO, trade_status: "TRADE_CLOSED" }],
    ["is not there", refused("ACQ.TRADE_NOT_EXIST")],
    ["is not known", refused("ACQ.SYSTEM_ERROR")],
    ["cannot be asked about", refused("ACQ.INVALID_PARAMETER")],
  ])("a success whose trade %s is pending", async (_title, found) => {
    expect(await pay({}, found)).toEqual({ kind: "pending" });
  });

  test("a payer who types a password is waited for, and not asked about at once", async () => {
    const inProcess = { code: "10003", msg: " order success pay inprocess" };
    expect(await pay(inProcess)).toEqual({ kind: "pending" });
    expect(askedMethods()).toEqual(["pay"]);
    expect(await pay({ ...inProcess, out_trade_no: "T2" })).toMatchObject({ kind: "unknown" });
  });

  test.each<[Answer, Partial<ChargeOutcome>]>([
    [refused("ACQ.PAYMENT_AUTH_CODE_INVALID"), { kind: "declined", because: "refused" }],
    [refused("ACQ.BUYER_BALANCE_NOT_ENOUGH"), { kind: "declined", because: "refused" }],
    [refused("ACQ.TRADE_HAS_SUCCESS"), { kind: "declined", because: "already_paid" }],
    [refused("ACQ.TRADE_HAS_CLOSE"), { kind: "declined", because: "already_closed" }],
    [refused("ACQ.CONTEXT_INCONSISTENT"), { kind: "declined", because: "number_used" }],
    [refused("ACQ.SYSTEM_ERROR"), { kind: "unknown" }],
    [{ code: "20000", msg: "Service Currently Unavailable", sub_code: "aop.ACQ.SYSTEM_ERROR" }, { kind: "unknown" }],
  ])("%j", async (answer, outcome) => {
    expect(await pay(answer)).toMatchObject(outcome);
    expect(askedMethods()).toEqual(["pay"]);
  });
});

describe("in the wallet", () => {
  const tradeAnswer = () => answers({ "alipay.trade.create": { trade_no: TRADE_NO } });
  const handed = { kind: "accepted", action: { type: "invoke_jsapi", parameters: { tradeNO: TRADE_NO } } };

  test("a page gets the number of a trade of its payer", async () => {
    tradeAnswer();
    expect(await connection.create({ ...ORDER, scene: "jsapi", openid: "2088000000000099" })).toEqual(handed);
    expect(askedBiz()).toEqual({ ...BIZ, product_code: "FACE_TO_FACE_PAYMENT", buyer_id: "2088000000000099" });
    await connection.create({ ...ORDER, scene: "jsapi", openid: "074a1CcTG1LelxKe4xQC0zgNdId0nxi95b5lsNpazWYoCo5" });
    expect(askedBiz(1)).toMatchObject({ buyer_open_id: "074a1CcTG1LelxKe4xQC0zgNdId0nxi95b5lsNpazWYoCo5" });
    expect(askedBiz(1)).not.toHaveProperty("buyer_id");
  });

  test("a mini-program's order names the mini-program", async () => {
    tradeAnswer();
    const request = { ...ORDER, scene: "miniprogram", openid: "2088000000000099" } as const;
    expect(await connection.create(request)).toEqual(handed);
    const biz = { ...BIZ, product_code: "JSAPI_PAY", buyer_id: "2088000000000099" };
    expect(askedBiz()).toEqual({ ...biz, op_app_id: "2021000000000001" });
    await connect({ miniprogramAppId: "2021000000000777" }).create(request);
    expect(askedBiz(1)).toEqual({ ...biz, op_app_id: "2021000000000777" });
  });

  test.each<[Answer, Partial<ChargeOutcome>]>([
    [{}, { kind: "unknown" }],
    [{ trade_no: "" }, { kind: "unknown" }],
    [{ trade_no: TRADE_NO, out_trade_no: "T2" }, { kind: "unknown" }],
    [{ code: "10003", trade_no: TRADE_NO }, { kind: "unknown" }],
    [refused("ACQ.TRADE_HAS_SUCCESS"), { kind: "declined", because: "already_paid" }],
    [refused("ACQ.BUYER_NOT_EXIST"), { kind: "declined", because: "refused" }],
  ])("%j", async (answer, outcome) => {
    answers({ "alipay.trade.create": answer });
    expect(await connection.create({ ...ORDER, scene: "jsapi", openid: "2088000000000099" })).toMatchObject(outcome);
  });
});

describe("on the payer's own device", () => {
  const h5 = { ...ORDER, scene: "h5", clientIp: "203.0.113.7", returnUrl: RETURN_URL } as const;
  const pc = { ...ORDER, scene: "pc", returnUrl: RETURN_URL, pageMethod: "get" } as const;
  const common = {
    app_id: "2021000000000001",
    charset: "utf-8",
    version: "1.0",
    sign_type: "RSA2",
    timestamp: "2026-11-21 10:00:00",
    notify_url: ORDER.notifyUrl,
  };

  /** What the gateway reads, once the signature over all of it is the app's. */
  function signedFields(fields: URLSearchParams): Record<string, unknown> {
    const { sign = "", ...signed } = Object.fromEntries(fields);
    const content = Object.entries(signed).map(([name, value]) => `${name}=${value}`);
    const isGenuine = verify(
      "sha256",
      Buffer.from(content.sort().join("&")),
      gateway.appPublicKey,
      Buffer.from(sign, "base64"),
    );
    expect(isGenuine).toBe(true);
    return { ...signed, biz_content: JSON.parse(signed.biz_content ?? "null") };
  }
  async function actionOf(request: Parameters<ChannelConnection["create"]>[0], line = connection) {
    const outcome = await line.create(request);
    if (outcome.kind !== "accepted") throw new Error(`not accepted: ${outcome.kind}`);
    return outcome.action;
  }
  async function redirectOf(request: typeof h5 | typeof pc | Omit<typeof h5, "returnUrl">): Promise<URL> {
    const action = await actionOf(request);
    if (action.type !== "redirect") throw new Error(`not a redirect: ${action.type}`);
    return new URL(action.url);
  }

  test("an app gets the order string", async () => {
    const action = await actionOf({ ...ORDER, scene: "app" });
    if (action.type !== "invoke_app") throw new Error(action.type);
    expect(Object.keys(action.parameters)).toEqual(["orderStr"]);
    const { orderStr = "" } = action.parameters;
    expect(orderStr).not.toMatch(/[+ ]/);
    expect(signedFields(new URLSearchParams(orderStr))).toEqual({
      ...common,
      method: "alipay.trade.app.pay",
      biz_content: { ...BIZ, product_code: "QUICK_MSECURITY_PAY" },
    });
  });

  test("a phone's browser gets a link, and a way back", async () => {
    const link = await redirectOf(h5);
    expect(`${link.origin}${link.pathname}`).toBe(gateway.credentials.endpoint);
    expect(signedFields(link.searchParams)).toEqual({
      ...common,
      method: "alipay.trade.wap.pay",
      return_url: RETURN_URL,
      biz_content: { ...BIZ, product_code: "QUICK_WAP_WAY", quit_url: RETURN_URL },
    });
    const { returnUrl, ...stays } = h5;
    const without = signedFields((await redirectOf(stays)).searchParams);
    expect(without).not.toHaveProperty("return_url");
    expect(without.biz_content).not.toHaveProperty("quit_url");
  });

  test("a computer's browser gets a link or a form of the same fields", async () => {
    const link = await redirectOf(pc);
    const fields = signedFields(link.searchParams);
    expect(fields).toEqual({
      ...common,
      method: "alipay.trade.page.pay",
      return_url: RETURN_URL,
      biz_content: { ...BIZ, product_code: "FAST_INSTANT_TRADE_PAY" },
    });
    const form = await actionOf({ ...pc, pageMethod: "post" });
    if (form.type !== "submit_form") throw new Error(form.type);
    expect(form.url).toBe(`${gateway.credentials.endpoint}?charset=utf-8`);
    expect(form.fields).toEqual(Object.fromEntries(link.searchParams));
  });

  test("nothing is asked of Alipay", async () => {
    await Promise.all([actionOf({ ...ORDER, scene: "app" }), actionOf(h5), actionOf(pc)]);
    expect(gateway.requests).toEqual([]);
  });

  test("a service provider's app names the merchant who let it, in calls and in links", async () => {
    const provider = connect({ appAuthToken: "202611BB0123456789abcdef0123456789abcX01" });
    const action = await actionOf({ ...ORDER, scene: "app" }, provider);
    if (action.type !== "invoke_app") throw new Error(action.type);
    const app_auth_token = "202611BB0123456789abcdef0123456789abcX01";
    expect(signedFields(new URLSearchParams(action.parameters.orderStr))).toMatchObject({ app_auth_token });
    answers({ "alipay.trade.query": refused("ACQ.TRADE_NOT_EXIST") });
    expect(await provider.query({ attemptNo: ATTEMPT })).toEqual({ kind: "absent" });
    expect(gateway.requests).toEqual([expect.objectContaining({ app_auth_token })]);
  });
});

test("an account offers the scenes whose products it has signed", () => {
  expect(Object.keys(connection.scenes ?? {})).toEqual(Object.keys(alipay.scenes));
  expect(Object.keys(connect({ products: ["qr", "barcode"] }).scenes ?? {})).toEqual(["qr", "barcode"]);
  expect(() => connect({ products: ["qr", "carrier_pigeon"] })).toThrow("products");
});
