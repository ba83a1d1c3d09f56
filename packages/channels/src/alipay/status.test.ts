import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AlipayGateway, startAlipayGateway } from "../../test/alipay-gateway.ts";
import type { ChannelConnection, ChargeRequest } from "../channel.ts";
import { alipay } from "./plugin.ts";

const NOW = Date.parse("2026-11-21T02:00:00Z");
const ATTEMPT = "T20261121100000000ABCDEFGHJKMN";
const REQUEST: ChargeRequest = {
  scene: "qr",
  attemptNo: ATTEMPT,
  amount: 1288,
  subject: "拿铁",
  createdAt: NOW,
  expiresAt: NOW + 60_000,
  notifyUrl: "https://pay.example.com/callbacks/alipay/A1",
};
const TRADE = { trade_no: "2026112122001425131000000001", total_amount: "12.88", send_pay_date: "2026-11-21 10:00:06" };
const UNPAID_CLOSED = { trade_no: TRADE.trade_no, total_amount: "12.88", trade_status: "TRADE_CLOSED" };

let gateway: AlipayGateway;
let connection: ChannelConnection;

beforeAll(async () => {
  gateway = await startAlipayGateway();
  const random = { bytes: (size: number) => new Uint8Array(size), fraction: () => 0 };
  const runtime = { clock: { now: () => NOW }, random, deadlineMs: 2000 };
  connection = alipay.connect([gateway.credentials], runtime);
});
afterAll(() => gateway.stop());

type Answer = Record<string, string>;

/** Scripts one answer per method; an answer without a code is a success about the order. */
function answers(script: Record<string, Answer>): void {
  gateway.answer = (parameters, response) => {
    const fields = script[parameters.method ?? ""] ?? { code: "40004", sub_code: "unscripted" };
    response.end(gateway.envelope(parameters, { code: "10000", msg: "Success", out_trade_no: ATTEMPT, ...fields }));
  };
}

const refused = (sub_code: string, code = "40004"): Answer => ({
  code,
  msg: "Business Failed",
  sub_code,
  sub_msg: "为什么",
});
const declined = (because: string, code: string) => ({ kind: "declined", because, code, message: "为什么" });
const unknown = { kind: "unknown", reason: expect.any(String) };

describe("precreate", () => {
  test.each<[Answer, unknown]>([
    [refused("ACQ.TRADE_HAS_SUCCESS"), declined("already_paid", "ACQ.TRADE_HAS_SUCCESS")],
    [refused("ACQ.TRADE_HAS_CLOSE"), declined("already_closed", "ACQ.TRADE_HAS_CLOSE")],
    [refused("ACQ.CONTEXT_INCONSISTENT"), declined("number_used", "ACQ.CONTEXT_INCONSISTENT")],
    [refused("acq.context_inconsistent"), declined("number_used", "acq.context_inconsistent")],
    [refused("ACQ.TOTAL_FEE_EXCEED"), declined("refused", "ACQ.TOTAL_FEE_EXCEED")],
    [refused("isv.invalid-signature", "40002"), declined("refused", "isv.invalid-signature")],
    [{ code: "40006", msg: "为什么" }, declined("refused", "40006")],
    [refused("ACQ.SYSTEM_ERROR"), unknown],
    [refused("AQC.SYSTEM_ERROR"), unknown],
    [refused("aop.unknow-error", "20000"), unknown],
    [refused("isp.another", "20000"), unknown],
    [refused("isv.app-call-limited", "40005"), unknown],
    [{ code: "10003", msg: " order success pay inprocess" }, unknown],
    [{ qr_code: "" }, unknown],
    [{}, unknown],
    [
      { qr_code: "https://qr.alipay.com/bax1" },
      {
        kind: "accepted",
        action: { type: "show_qr", codeUrl: "https://qr.alipay.com/bax1", expiresAt: REQUEST.expiresAt },
      },
    ],
  ])("%j", async (answer, outcome) => {
    answers({ "alipay.trade.precreate": answer });
    expect(await connection.create(REQUEST)).toEqual(outcome);
  });
});

describe("query", () => {
  const receipt = {
    outTradeNo: ATTEMPT,
    channelTradeNo: TRADE.trade_no,
    amount: 1288,
    currency: "CNY",
    paidAt: Date.parse("2026-11-21T02:00:06Z"),
    payee: { appId: "2021000000000001" },
  };
  test.each<[Answer, unknown]>([
    [
      { ...TRADE, trade_status: "TRADE_SUCCESS" },
      { kind: "paid", receipt },
    ],
    [
      { ...TRADE, trade_status: "TRADE_FINISHED" },
      { kind: "paid", receipt },
    ],
    [
      { ...TRADE, trade_status: "TRADE_SUCCESS", trans_currency: "USD" },
      { kind: "paid", receipt: { ...receipt, currency: "USD" } },
    ],
    [{ ...TRADE, trade_status: "WAIT_BUYER_PAY" }, { kind: "unpaid" }],
    [UNPAID_CLOSED, { kind: "closed" }],
    [{ ...TRADE, trade_status: "TRADE_CLOSED" }, { kind: "closed" }],
    [{ ...TRADE, trade_status: "TRADE_PENDING" }, unknown],
    [{ ...TRADE, trade_status: "toString" }, unknown],
    [TRADE, unknown],
    [{ ...TRADE, trade_status: "TRADE_SUCCESS", total_amount: "12.885" }, unknown],
    [{ ...TRADE, trade_status: "TRADE_SUCCESS", send_pay_date: "" }, unknown],
    [{ trade_status: "TRADE_SUCCESS" }, unknown],
    [refused("ACQ.TRADE_NOT_EXIST"), { kind: "absent" }],
    [refused("ACQ.SYSTEM_ERROR"), unknown],
    [refused("ACQ.INVALID_PARAMETER"), declined("refused", "ACQ.INVALID_PARAMETER")],
  ])("%j", async (answer, outcome) => {
    answers({ "alipay.trade.query": answer });
    expect(await connection.query({ attemptNo: ATTEMPT })).toEqual(outcome);
  });
});

describe("close", () => {
  const notWaiting = refused("ACQ.TRADE_STATUS_ERROR");
  test.each<[Answer, Answer, unknown]>([
    [{}, {}, { kind: "closed" }],
    [refused("ACQ.TRADE_NOT_EXIST"), {}, { kind: "absent" }],
    [refused("ACQ.TRADE_HAS_SUCCESS"), {}, { kind: "paid" }],
    [refused("ACQ.TRADE_HAS_CLOSE"), {}, { kind: "closed" }],
    [notWaiting, { ...TRADE, trade_status: "TRADE_SUCCESS" }, { kind: "paid" }],
    [notWaiting, UNPAID_CLOSED, { kind: "closed" }],
    [notWaiting, { ...TRADE, trade_status: "WAIT_BUYER_PAY" }, unknown],
    [notWaiting, refused("ACQ.SYSTEM_ERROR"), unknown],
    [refused("ACQ.REASON_TRADE_STATUS_INVALID"), { ...TRADE, trade_status: "TRADE_FINISHED" }, { kind: "paid" }],
    [refused("ACQ.REASON_ILLEGAL_STATUS"), UNPAID_CLOSED, { kind: "closed" }],
    [refused("ACQ.SYSTEM_ERROR"), {}, unknown],
    [refused("ACQ.INVALID_PARAMETER"), {}, declined("refused", "ACQ.INVALID_PARAMETER")],
  ])("%j, and asked: %j", async (answer, found, outcome) => {
    answers({ "alipay.trade.close": answer, "alipay.trade.query": found });
    expect(await connection.close({ attemptNo: ATTEMPT })).toEqual(outcome);
  });
});
