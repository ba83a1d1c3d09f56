import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ACCOUNT, connectTo, orderOf, type Peer, paidTransaction, startPeer } from "../../test/wechatpay-peer.ts";
import type { ChannelConnection, ChargeRequest } from "../channel.ts";

let peer: Peer;
let connection: ChannelConnection;
beforeAll(async () => {
  peer = await startPeer();
  connection = connectTo([peer.credentials]);
});
afterAll(() => peer.stop());
beforeEach(() => void peer.requests.splice(0));

const attemptNo = paidTransaction().out_trade_no;
const request: ChargeRequest = orderOf({ scene: "qr" });

describe("create", () => {
  const codeUrl = "weixin://wxpay/bizpayurl/up?pr=NwY5Mz9&groupid=00";

  test("sends the same body each time, signed for its path, and asks for the public key's signature", async () => {
    peer.answer(200, { code_url: codeUrl });
    const action = { type: "show_qr", codeUrl, expiresAt: request.expiresAt };
    expect(await connection.create(request)).toEqual({ kind: "accepted", action });
    await connection.create({ ...request });
    const [first, second] = peer.requests;
    expect(first).toMatchObject({ method: "POST", path: "/v3/pay/transactions/native" });
    expect(first?.headers).toMatchObject({
      accept: "application/json",
      "content-type": "application/json",
      "user-agent": "payhub",
      "wechatpay-serial": peer.credentials.publicKeyId,
    });
    expect(JSON.parse(first?.body ?? "")).toEqual({
      ...ACCOUNT,
      description: "咖啡",
      out_trade_no: attemptNo,
      time_expire: "2026-01-15T10:15:00+08:00",
      notify_url: request.notifyUrl,
      amount: { total: 1250, currency: "CNY" },
    });
    expect(second?.body).toBe(first?.body);
    expect(second?.headers.authorization).not.toBe(first?.headers.authorization);
  });

  test.each([{}, { code_url: "" }, { code_url: 1 }, [], null, "not JSON", ""])(
    "a signed %j is no order",
    async (body) => {
      peer.answer(200, body);
      expect(await connection.create(request)).toMatchObject({ kind: "unknown" });
    },
  );

  test.each([
    [403, "OUT_TRADE_NO_USED", "商户订单号重复", "number_used"],
    [400, "INVALID_REQUEST", "请求重入时，参数与首次请求时不一致", "number_used"],
    [400, "INVALID_REQUEST", "另一个原因", "refused"],
    [400, "ORDERPAID", "该订单已支付", "already_paid"],
    [400, "ORDER_PAID", "该订单已支付", "already_paid"],
    [400, "ORDER_CLOSED", "订单已关闭", "already_closed"],
    [400, "ORDERCLOSED", "订单已关闭", "already_closed"],
    [400, "PARAM_ERROR", "参数错误", "refused"],
    [400, "toString", "参数错误", "refused"],
    [401, "SIGN_ERROR", "签名错误", "refused"],
    [403, "NO_AUTH", "无权限", "refused"],
  ])("HTTP %i %s %s is declined as %s", async (status, code, message, because) => {
    peer.answer(status, { code, message, detail: {} });
    expect(await connection.create(request)).toEqual({ kind: "declined", because, code, message });
  });

  test.each([
    [400, { code: "SYSTEMERROR", message: "" }],
    [403, { code: "BANK_ERROR", message: "" }],
    [429, { code: "RATELIMIT_EXCEEDED", message: "" }],
    [429, { code: "ANYTHING", message: "" }],
    [400, { message: "no code" }],
    [404, ""],
    [500, { code: "ORDERPAID", message: "" }],
    [201, { code_url: codeUrl }],
    [202, { code: "USERPAYING", message: "" }],
  ])("HTTP %i %j leaves open what happened", async (status, body) => {
    peer.answer(status, body);
    expect(await connection.create(request)).toMatchObject({ kind: "unknown" });
  });

  test("a long refusal is cut", async () => {
    peer.answer(400, { code: "PARAM_ERROR", message: "错".repeat(5000) });
    expect(await connection.create(request)).toMatchObject({ message: "错".repeat(256) });
  });
});

describe("query", () => {
  const ask = () => connection.query({ attemptNo });

  test("signs the merchant number in its query", async () => {
    peer.answer(200, paidTransaction());
    const receipt = {
      outTradeNo: attemptNo,
      channelTradeNo: "4200000000202601150000000001",
      amount: 1250,
      currency: "CNY",
      paidAt: Date.parse("2026-01-15T02:02:03Z"),
      payee: ACCOUNT,
    };
    expect(await ask()).toEqual({ kind: "paid", receipt });
    expect(peer.requests[0]?.path).toBe(`/v3/pay/transactions/out-trade-no/${attemptNo}?mchid=${ACCOUNT.mchid}`);
  });

  test("a refunded order was paid", async () => {
    peer.answer(200, paidTransaction({ trade_state: "REFUND" }));
    expect(await ask()).toMatchObject({ kind: "paid", receipt: { amount: 1250 } });
  });

  test.each([
    ["NOTPAY", { kind: "unpaid" }],
    ["USERPAYING", { kind: "unpaid" }],
    ["CLOSED", { kind: "closed" }],
    ["REVOKED", { kind: "closed" }],
    ["PAYERROR", { kind: "failed", code: "PAYERROR", message: "支付失败" }],
    ["ACCEPT", { kind: "unknown", reason: expect.any(String) }],
    ["constructor", { kind: "unknown", reason: expect.any(String) }],
  ])("%s", async (state, outcome) => {
    peer.answer(200, { ...ACCOUNT, out_trade_no: attemptNo, trade_state: state, trade_state_desc: "支付失败" });
    expect(await ask()).toEqual(outcome);
  });

  test("another order's answer says nothing about ours", async () => {
    for (const trade_state of ["SUCCESS", "NOTPAY", "CLOSED"]) {
      peer.answer(200, paidTransaction({ trade_state, out_trade_no: "T20260115A002" }));
      expect(await ask()).toMatchObject({ kind: "unknown" });
    }
  });

  test("another merchant's answer is a receipt to hold, or nothing", async () => {
    peer.answer(200, paidTransaction({ mchid: "1900000110", amount: { total: 1, currency: "USD" } }));
    const payee = { mchid: "1900000110", appid: ACCOUNT.appid };
    expect(await ask()).toMatchObject({ kind: "paid", receipt: { payee, amount: 1, currency: "USD" } });
    for (const trade_state of ["NOTPAY", "CLOSED", "PAYERROR"]) {
      peer.answer(200, paidTransaction({ trade_state, mchid: "1900000110" }));
      expect(await ask()).toMatchObject({ kind: "unknown" });
    }
  });

  test.each([
    { transaction_id: undefined },
    { transaction_id: "" },
    { success_time: undefined },
    { success_time: "yesterday" },
    { amount: undefined },
    { amount: { total: 12.5, currency: "CNY" } },
    { amount: { total: -1, currency: "CNY" } },
    { amount: { total: "1250", currency: "CNY" } },
    { amount: { total: 2 ** 53, currency: "CNY" } },
    { amount: { total: 1250 } },
    { trade_state: undefined },
    { mchid: undefined },
  ])("paid is not believed with %j", async (changes) => {
    peer.answer(200, paidTransaction(changes));
    expect(await ask()).toMatchObject({ kind: "unknown" });
  });

  test.each(["ORDER_NOT_EXIST", "ORDERNOTEXIST"])("%s is absent", async (code) => {
    peer.answer(404, { code, message: "订单不存在" });
    expect(await ask()).toEqual({ kind: "absent" });
  });

  test("a number goes into the path as one piece", async () => {
    await connection.query({ attemptNo: "../a?b|c" });
    expect(peer.requests[0]?.path).toBe(`/v3/pay/transactions/out-trade-no/..%2Fa%3Fb%7Cc?mchid=${ACCOUNT.mchid}`);
  });
});

describe("close", () => {
  test.each([
    [204, "", { kind: "closed" }],
    [400, { code: "ORDERPAID", message: "该订单已支付" }, { kind: "paid" }],
    [400, { code: "ORDER_CLOSED", message: "订单已关闭" }, { kind: "closed" }],
    [404, { code: "ORDERNOTEXIST", message: "订单不存在" }, { kind: "absent" }],
    [202, { code: "USER_PAYING", message: "支付中" }, { kind: "unknown" }],
    [403, { code: "TRADE_ERROR", message: "交易错误" }, { kind: "declined", because: "refused" }],
  ])("HTTP %i %j", async (status, body, outcome) => {
    peer.answer(status, body);
    expect(await connection.close({ attemptNo })).toMatchObject(outcome);
    const path = `/v3/pay/transactions/out-trade-no/${attemptNo}/close`;
    expect(peer.requests[0]).toMatchObject({ method: "POST", path, body: `{"mchid":"${ACCOUNT.mchid}"}` });
  });
});
