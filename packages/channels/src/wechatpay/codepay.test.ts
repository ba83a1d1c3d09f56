import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ACCOUNT, connectTo, orderOf, type Peer, paidTransaction, startPeer } from "../../test/wechatpay-peer.ts";
import type { ChannelConnection } from "../channel.ts";

const authCode = "134567890123456789";
const sale = orderOf({ scene: "barcode", authCode, storeNo: "S-01" });
const { attemptNo } = sale;

let peer: Peer;
let connection: ChannelConnection;
beforeAll(async () => {
  peer = await startPeer();
  connection = connectTo([peer.credentials]);
});
afterAll(() => peer.stop());
beforeEach(() => void peer.requests.splice(0));

describe("a payer's code", () => {
  test.each(["barcode", "face"] as const)("%s is charged at once, the same each time", async (scene) => {
    const { appid, ...withoutAppid } = paidTransaction({ trade_type: "MICROPAY" });
    peer.answer(200, withoutAppid);
    const order = orderOf({ scene, authCode, storeNo: "S-01" });
    const outcome = await connection.create(order);
    expect(outcome).toMatchObject({ kind: "paid", receipt: { outTradeNo: attemptNo, amount: 1250 } });
    expect(outcome.kind === "paid" && outcome.receipt.payee).toEqual({ mchid: ACCOUNT.mchid });
    await connection.create({ ...order });
    const [first, second] = peer.requests;
    expect(first?.path).toBe("/v3/pay/transactions/codepay");
    expect(JSON.parse(first?.body ?? "")).toEqual({
      ...ACCOUNT,
      description: "咖啡",
      out_trade_no: attemptNo,
      payer: { auth_code: authCode },
      amount: { total: 1250, currency: "CNY" },
      scene_info: { store_info: { out_id: "S-01" } },
    });
    expect(second?.body).toBe(first?.body);
  });

  test.each([
    [200, { trade_state: "USERPAYING" }, { kind: "pending" }],
    [200, { trade_state: "NOTPAY" }, { kind: "pending" }],
    [202, { code: "USERPAYING", message: "需要用户输入支付密码" }, { kind: "pending" }],
    [202, { code: "USER_PAYING", message: "" }, { kind: "pending" }],
    [202, { code: "SYSTEM_ERROR", message: "" }, { kind: "unknown" }],
    [202, "", { kind: "unknown" }],
    [200, { trade_state: "PAYERROR" }, { kind: "declined", because: "refused", code: "PAYERROR" }],
    [200, { trade_state: "REVOKED" }, { kind: "declined", because: "already_closed", code: "REVOKED" }],
    [200, { trade_state: "ACCEPT" }, { kind: "unknown" }],
    [200, {}, { kind: "unknown" }],
    [200, { trade_state: "SUCCESS" }, { kind: "unknown" }],
    [200, paidTransaction({ out_trade_no: "T20260115A002" }), { kind: "unknown" }],
    [200, { trade_state: "USERPAYING", out_trade_no: "T20260115A002" }, { kind: "unknown" }],
    [200, paidTransaction({ transaction_id: undefined }), { kind: "unknown" }],
    [200, paidTransaction({ mchid: undefined }), { kind: "unknown" }],
    [403, { code: "NOTENOUGH", message: "余额不足" }, { kind: "declined", because: "refused", code: "NOTENOUGH" }],
    [400, { code: "AUTHCODEEXPIRE", message: "" }, { kind: "declined", because: "refused" }],
    [400, { code: "ORDERREVERSED", message: "" }, { kind: "declined", because: "already_closed" }],
    [400, { code: "ORDERPAID", message: "" }, { kind: "declined", because: "already_paid" }],
    [500, { code: "BANKERROR", message: "" }, { kind: "unknown" }],
    [500, { code: "SYSTEMERROR", message: "" }, { kind: "unknown" }],
  ])("HTTP %i %j", async (status, body, outcome) => {
    peer.answer(status, body);
    expect(await connection.create(sale)).toMatchObject(outcome);
  });

  test("another merchant's receipt is told as it is", async () => {
    peer.answer(200, paidTransaction({ mchid: "1900000110" }));
    const payee = { mchid: "1900000110", appid: ACCOUNT.appid };
    expect(await connection.create(sale)).toMatchObject({ kind: "paid", receipt: { payee } });
  });
});

describe("a reversal", () => {
  test.each([
    [200, { ...ACCOUNT, out_trade_no: attemptNo }, { kind: "cancelled" }],
    [202, { code: "USERPAYING", message: "正在支付中不能发起撤销" }, { kind: "again" }],
    [400, { code: "USER_PAYING", message: "" }, { kind: "again" }],
    [500, { code: "SYSTEM_ERROR", message: "" }, { kind: "again" }],
    [400, { code: "SYSTEMERROR", message: "" }, { kind: "again" }],
    [502, "", { kind: "unknown" }],
    [429, { code: "FREQUENCY_LIMITED", message: "" }, { kind: "unknown" }],
    [400, { code: "ORDERREVERSED", message: "" }, { kind: "cancelled" }],
    [400, { code: "ORDER_CLOSED", message: "" }, { kind: "cancelled" }],
    [404, { code: "ORDER_NOT_EXIST", message: "订单不存在" }, { kind: "absent" }],
    [404, { code: "ORDERNOTEXIST", message: "" }, { kind: "absent" }],
    [404, { code: "MCH_NOT_EXISTS", message: "" }, { kind: "declined", because: "refused" }],
    [403, { code: "TRADE_ERROR", message: "" }, { kind: "declined", because: "refused" }],
    [401, { code: "SIGN_ERROR", message: "" }, { kind: "declined", because: "refused" }],
  ])("HTTP %i %j", async (status, body, outcome) => {
    peer.answer(status, body);
    expect(await connection.cancel({ attemptNo })).toMatchObject(outcome);
    expect(peer.requests).toHaveLength(1);
    const path = `/v3/pay/transactions/out-trade-no/${attemptNo}/reverse`;
    expect(peer.requests[0]).toMatchObject({ method: "POST", path });
    expect(JSON.parse(peer.requests[0]?.body ?? "")).toEqual(ACCOUNT);
  });
});
