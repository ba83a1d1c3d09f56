import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { connectTo, type Peer, startPeer } from "../../test/wechatpay-peer.ts";
import type { ChannelConnection, RefundRequest } from "../channel.ts";

const request: RefundRequest = {
  attemptNo: "T20260115A001",
  channelTradeNo: "4200000000202601150000000001",
  refundNo: "R20260115A001",
  amount: 300,
  total: 1250,
  reason: " 退货🎉 ",
  notifyUrl: "https://pay.example.com/callbacks/wechatpay/A1/refunds",
};
const REFUND_ID = "50300000002026011500000000001";

function refundAnswer(changes: object = {}) {
  return {
    refund_id: REFUND_ID,
    out_refund_no: request.refundNo,
    transaction_id: request.channelTradeNo,
    out_trade_no: request.attemptNo,
    channel: "ORIGINAL",
    user_received_account: "支付用户零钱",
    create_time: "2026-01-15T11:00:00+08:00",
    status: "PROCESSING",
    amount: { total: 1250, refund: 300, payer_total: 1250, payer_refund: 300, currency: "CNY" },
    ...changes,
  };
}

let peer: Peer;
let connection: ChannelConnection;
beforeAll(async () => {
  peer = await startPeer();
  connection = connectTo([peer.credentials]);
});
afterAll(() => peer.stop());
beforeEach(() => void peer.requests.splice(0));

const calls = [
  { what: "refund", call: () => connection.refund(request) },
  { what: "query", call: () => connection.queryRefund(request) },
];
const succeeded = {
  kind: "succeeded",
  channelRefundNo: REFUND_ID,
  succeededAt: Date.parse("2026-01-15T03:00:05Z"),
  amount: 300,
};

test("a refund names the transaction, its number and both amounts, the same each time", async () => {
  peer.answer(200, refundAnswer());
  await connection.refund(request);
  await connection.refund({ ...request });
  const [first, second] = peer.requests;
  expect(first).toMatchObject({ method: "POST", path: "/v3/refund/domestic/refunds" });
  expect(JSON.parse(first?.body ?? "")).toEqual({
    transaction_id: request.channelTradeNo,
    out_refund_no: request.refundNo,
    reason: "退货",
    notify_url: request.notifyUrl,
    amount: { refund: 300, total: 1250, currency: "CNY" },
  });
  expect(second?.body).toBe(first?.body);
});

test("a reason has eighty characters or is left out", async () => {
  peer.answer(200, refundAnswer());
  await connection.refund({ ...request, reason: "退".repeat(200) });
  await connection.refund({ ...request, reason: "🎉" });
  expect(peer.requests.map(({ body }) => JSON.parse(body).reason)).toEqual(["退".repeat(80), undefined]);
});

test("a question names the number as one piece of the path", async () => {
  peer.answer(200, refundAnswer());
  await connection.queryRefund({ ...request, refundNo: "../R?1" });
  expect(peer.requests[0]).toMatchObject({ method: "GET", path: "/v3/refund/domestic/refunds/..%2FR%3F1" });
});

test("a service provider names the sub-merchant", async () => {
  peer.answer(200, refundAnswer());
  const provider = connectTo([{ ...peer.credentials, subMchid: "1900000201" }]);
  expect(await provider.refund(request)).toMatchObject({ kind: "processing" });
  expect(await provider.queryRefund(request)).toMatchObject({ kind: "processing" });
  const [refund, query] = peer.requests;
  expect(JSON.parse(refund?.body ?? "").sub_mchid).toBe("1900000201");
  expect(query?.path).toBe(`/v3/refund/domestic/refunds/${request.refundNo}?sub_mchid=1900000201`);
});

describe.each(calls)("$what", ({ call }) => {
  test.each([
    [{}, { kind: "processing", channelRefundNo: REFUND_ID }],
    [{ status: "ABNORMAL" }, { kind: "abnormal", channelRefundNo: REFUND_ID }],
    [{ status: "CLOSED" }, { kind: "closed", channelRefundNo: REFUND_ID }],
    [{ status: "SUCCESS", success_time: "2026-01-15T11:00:05+08:00" }, succeeded],
    [{ status: "SUCCESS" }, { kind: "unknown", reason: expect.any(String) }],
    [
      { status: "SUCCESS", success_time: "soon" },
      { kind: "unknown", reason: expect.any(String) },
    ],
    [{ status: "CHANGE" }, { kind: "unknown", reason: expect.any(String) }],
    [{ status: "constructor" }, { kind: "unknown", reason: expect.any(String) }],
    [
      { status: undefined, refund_status: "SUCCESS" },
      { kind: "unknown", reason: expect.any(String) },
    ],
    [{ refund_id: undefined }, { kind: "unknown", reason: expect.any(String) }],
  ])("a signed %j", async (changes, outcome) => {
    peer.answer(200, refundAnswer(changes));
    expect(await call()).toEqual(outcome);
  });

  test.each([
    { out_refund_no: "R20260115A00l" },
    { out_refund_no: "r20260115A001" },
    { out_trade_no: "T20260115A002" },
    { amount: { total: 1250, refund: 300, currency: "USD" } },
    { amount: { total: 1250, refund: 3.5, currency: "CNY" } },
  ])("an answer about another refund says nothing: %j", async (changes) => {
    peer.answer(200, refundAnswer({ status: "SUCCESS", success_time: "2026-01-15T11:00:05+08:00", ...changes }));
    expect(await call()).toMatchObject({ kind: "unknown" });
  });

  test.each([
    [429, { code: "FREQUENCY_LIMITED", message: "" }],
    [429, { code: "NOT_ENOUGH", message: "" }],
    [500, { code: "SYSTEM_ERROR", message: "" }],
    [400, { code: "SYSTEMERROR", message: "" }],
    [202, { code: "USERPAYING", message: "" }],
    [503, ""],
    [204, ""],
    [404, "<html>"],
  ])("HTTP %i %j leaves open what happened", async (status, body) => {
    peer.answer(status, body);
    expect(await call()).toMatchObject({ kind: "unknown" });
  });
});

test.each([{ transaction_id: "4200000000202601150000000002" }, { amount: { refund: 301, currency: "CNY" } }])(
  "a refund of another transaction or amount is not the one that was asked for: %j",
  async (changes) => {
    peer.answer(200, refundAnswer(changes));
    expect(await connection.refund(request)).toMatchObject({ kind: "unknown" });
  },
);

test.each([
  [403, "NOT_ENOUGH", "基本账户余额不足", "not_enough"],
  [403, "NOTENOUGH", "基本账户余额不足", "not_enough"],
  [400, "TRADE_OVERDUE", "订单已经超过退款期限", "window_passed"],
  [400, "INVALID_REQUEST", "订单已超过可退款的最大期限", "window_passed"],
  [400, "INVALID_REQUEST", "退款金额大于订单可退金额", "exceeds_paid"],
  [400, "INVALID_REQUEST", "订单金额或退款金额与之前请求不一致，请核实后再试", "number_used"],
  [400, "REFUND_FEE_MISMATCH", "订单金额或退款金额与之前请求不一致", "number_used"],
  [400, "PARAM_ERROR", "可退金额", "refused"],
  [400, "INVALID_REQUEST", "一笔订单最多退款50次", "refused"],
  [403, "USER_ACCOUNT_ABNORMAL", "用户账号注销", "refused"],
  [404, "RESOURCE_NOT_EXISTS", "订单不存在", "refused"],
  [404, "MCH_NOT_EXISTS", "", "refused"],
  [401, "SIGN_ERROR", "", "refused"],
])("HTTP %i %s %s is declined as %s", async (status, code, message, because) => {
  peer.answer(status, { code, message });
  expect(await connection.refund(request)).toEqual({ kind: "declined", because, code, message });
});

test("only a refund that the channel does not know is absent", async () => {
  peer.answer(404, { code: "RESOURCE_NOT_EXISTS", message: "退款单不存在" });
  expect(await connection.queryRefund(request)).toEqual({ kind: "absent" });
  peer.answer(404, { code: "MCH_NOT_EXISTS", message: "" });
  expect(await connection.queryRefund(request)).toMatchObject({ kind: "declined", because: "refused" });
});
