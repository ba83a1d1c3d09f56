import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type AlipayGateway, startAlipayGateway } from "../../test/alipay-gateway.ts";
import type { ChannelConnection } from "../channel.ts";
import { alipay } from "./plugin.ts";

const NOW = Date.parse("2026-11-21T02:00:00Z");
const ATTEMPT = "T20261121100000000ABCDEFGHJKMN";
const REFUND = "R20261121100000000ABCDEFGHJKMN";
const REQUEST = {
  attemptNo: ATTEMPT,
  channelTradeNo: "2026112122001425131000000001",
  refundNo: REFUND,
  amount: 30,
  total: 1288,
  reason: "少了一杯 & 凉了",
  notifyUrl: "https://pay.example.com/callbacks/alipay/A1/refunds",
};

type Answer = Record<string, string | undefined>;

let gateway: AlipayGateway;
let connection: ChannelConnection;

function connect({ credentials }: AlipayGateway): ChannelConnection {
  const random = { bytes: (size: number) => new Uint8Array(size), fraction: () => 0 };
  return alipay.connect([credentials], { clock: { now: () => NOW }, random, deadlineMs: 2000 });
}

beforeAll(async () => {
  gateway = await startAlipayGateway();
  connection = connect(gateway);
});
beforeEach(() => {
  gateway.requests.length = 0;
});
afterAll(() => gateway.stop());

/** Scripts one answer per method; an answer without a code is a success about the order, `cut` loses the connection. */
function answers(script: Record<string, Answer | "cut">): void {
  gateway.answer = (parameters, response) => {
    const fields = script[parameters.method ?? ""] ?? { code: "40004", sub_code: "unscripted" };
    if (fields === "cut") response.destroy();
    else
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
const askedBiz = (index = 0) => JSON.parse(gateway.requests[index]?.biz_content ?? "null");

const SUCCEEDED = {
  kind: "succeeded",
  channelRefundNo: null,
  succeededAt: Date.parse("2026-11-21T01:59:58Z"),
  amount: 30,
};
const PROCESSING = { kind: "processing", channelRefundNo: null };
const ON_BOOKS: Answer = { out_request_no: REFUND, refund_amount: "0.30", total_amount: "12.88" };
const DONE: Answer = { ...ON_BOOKS, refund_status: "REFUND_SUCCESS", gmt_refund_pay: "2026-11-21 09:59:58" };

describe("refund", () => {
  const refund = (answer: Answer | "cut", found: Answer | "cut" = refused("unscripted")) => {
    answers({ "alipay.trade.refund": answer, "alipay.trade.fastpay.refund.query": found });
    return connection.refund(REQUEST);
  };

  test("moved by this call", async () => {
    const moved = { fund_change: "Y", refund_fee: "5.30", gmt_refund_pay: "2026-11-21 09:59:58" };
    expect(await refund(moved)).toEqual(SUCCEEDED);
    expect(gateway.requests).toHaveLength(1);
    expect(gateway.requests[0]).not.toHaveProperty("notify_url");
    expect(askedBiz()).toEqual({
      out_trade_no: ATTEMPT,
      refund_amount: "0.30",
      out_request_no: REFUND,
      refund_reason: "少了一杯 ＆ 凉了",
    });
    expect(await refund({ fund_change: "Y" })).toEqual({ ...SUCCEEDED, succeededAt: NOW });
  });

  test("says no reason when there is none", async () => {
    answers({ "alipay.trade.refund": { fund_change: "Y" } });
    await connection.refund({ ...REQUEST, reason: "" });
    expect(askedBiz()).not.toHaveProperty("refund_reason");
  });

  test.each<[string, Answer, Answer | "cut", unknown]>([
    ["a repeat of a done one", { fund_change: "N" }, DONE, SUCCEEDED],
    ["nothing said of the money", {}, DONE, SUCCEEDED],
    [
      "another amount was given back",
      { fund_change: "N" },
      { ...DONE, refund_amount: "0.31" },
      { ...SUCCEEDED, amount: 31 },
    ],
    ["under way", { fund_change: "N" }, ON_BOOKS, PROCESSING],
    ["not on the books yet", { fund_change: "N" }, { out_trade_no: undefined }, PROCESSING],
    ["the question is refused", { fund_change: "N" }, refused("ACQ.INVALID_PARAMETER"), unknown],
    ["the question is lost", { fund_change: "N" }, "cut", unknown],
    ["the answer is about another", { fund_change: "N" }, { ...DONE, out_request_no: `${REFUND}0` }, unknown],
  ])("not moved by this call: %s", async (_title, answer, found, outcome) => {
    expect(await refund(answer, found)).toEqual(outcome);
    expect(askedBiz(1)).toEqual({ out_trade_no: ATTEMPT, out_request_no: REFUND, query_options: ["gmt_refund_pay"] });
  });

  test.each<[Answer | "cut", unknown]>([
    [refused("ACQ.SELLER_BALANCE_NOT_ENOUGH"), declined("not_enough", "ACQ.SELLER_BALANCE_NOT_ENOUGH")],
    [refused("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"), declined("exceeds_paid", "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL")],
    [refused("ACQ.REFUND_FEE_ERROR"), declined("exceeds_paid", "ACQ.REFUND_FEE_ERROR")],
    [refused("ACQ.REASON_TRADE_REFUND_FEE_ERR"), declined("exceeds_paid", "ACQ.REASON_TRADE_REFUND_FEE_ERR")],
    [refused("ACQ.TRADE_HAS_CLOSE"), declined("exceeds_paid", "ACQ.TRADE_HAS_CLOSE")],
    [refused("ACQ.TRADE_NOT_ALLOW_REFUND"), declined("window_passed", "ACQ.TRADE_NOT_ALLOW_REFUND")],
    [refused("ACQ.TRADE_HAS_FINISHED"), declined("window_passed", "ACQ.TRADE_HAS_FINISHED")],
    [refused("ACQ.DISCORDANT_REPEAT_REQUEST"), declined("number_used", "ACQ.DISCORDANT_REPEAT_REQUEST")],
    [refused("ACQ.TRADE_NOT_EXIST"), declined("refused", "ACQ.TRADE_NOT_EXIST")],
    [refused("acq.seller_balance_not_enough"), declined("not_enough", "acq.seller_balance_not_enough")],
    [refused("toString"), declined("refused", "toString")],
    [refused("ACQ.SYSTEM_ERROR"), unknown],
    [refused("isp.unknow-error", "20000"), unknown],
    [{ fund_change: "Y", out_trade_no: "T2" }, unknown],
    [{ fund_change: "Y", out_trade_no: undefined }, unknown],
    ["cut", unknown],
  ])("%j", async (answer, outcome) => {
    expect(await refund(answer)).toEqual(outcome);
    expect(gateway.requests).toHaveLength(1);
  });
});

test("a refund that was taken was sent, though nobody could be asked about it", async () => {
  const leaving = await startAlipayGateway();
  leaving.answer = (parameters, response) => {
    leaving.deafen();
    const content = { code: "10000", msg: "Success", out_trade_no: ATTEMPT, fund_change: "N" };
    response.writeHead(200, { connection: "close" }).end(leaving.envelope(parameters, content));
  };
  expect(await connect(leaving).refund(REQUEST)).toEqual(unknown);
  expect(leaving.requests).toHaveLength(1);
  await leaving.stop();
});

describe("refund query", () => {
  const NOT_ON_BOOKS = { out_trade_no: undefined };
  test.each<[Answer | "cut", unknown]>([
    [DONE, SUCCEEDED],
    [
      { ...DONE, gmt_refund_pay: undefined },
      { ...SUCCEEDED, succeededAt: NOW },
    ],
    [{ ...DONE, out_request_no: REFUND.toLowerCase() }, unknown],
    [{ ...DONE, out_request_no: undefined }, unknown],
    [{ ...DONE, out_trade_no: "T2" }, unknown],
    [{ ...DONE, refund_amount: undefined }, unknown],
    [{ ...DONE, refund_amount: "0.305" }, unknown],
    [ON_BOOKS, PROCESSING],
    [{ ...ON_BOOKS, refund_status: "REFUND_PROCESSING" }, PROCESSING],
    [
      { ...ON_BOOKS, refund_status: "REFUND_FAIL" },
      { kind: "closed", channelRefundNo: null },
    ],
    [{ ...ON_BOOKS, refund_status: "constructor" }, unknown],
    [NOT_ON_BOOKS, { kind: "absent" }],
    [{ out_request_no: REFUND }, { kind: "absent" }],
    [{ ...NOT_ON_BOOKS, refund_status: "REFUND_SUCCESS" }, unknown],
    [refused("ACQ.TRADE_NOT_EXIST"), { kind: "absent" }],
    [refused("TRADE_NOT_EXIST"), { kind: "absent" }],
    [refused("ACQ.SYSTEM_ERROR"), unknown],
    [refused("aop.invalid-app-auth-token", "20001"), unknown],
    ["cut", unknown],
  ])("%j", async (answer, outcome) => {
    answers({ "alipay.trade.fastpay.refund.query": answer });
    expect(await connection.queryRefund({ attemptNo: ATTEMPT, refundNo: REFUND })).toEqual(outcome);
  });
});

describe("cancel", () => {
  test.each<[Answer | "cut", unknown]>([
    [{ action: "close", retry_flag: "N" }, { kind: "cancelled" }],
    [{ action: "refund", retry_flag: "N" }, { kind: "cancelled" }],
    [{ retry_flag: "N" }, { kind: "cancelled" }],
    [{ retry_flag: "Y" }, { kind: "again" }],
    [{ ...refused("ACQ.SELLER_BALANCE_NOT_ENOUGH"), retry_flag: "Y" }, { kind: "again" }],
    [refused("ACQ.SELLER_BALANCE_NOT_ENOUGH"), declined("refused", "ACQ.SELLER_BALANCE_NOT_ENOUGH")],
    [refused("ACQ.TRADE_HAS_FINISHED"), declined("already_paid", "ACQ.TRADE_HAS_FINISHED")],
    [refused("ACQ.TRADE_CANCEL_TIME_OUT"), declined("already_paid", "ACQ.TRADE_CANCEL_TIME_OUT")],
    [refused("ACQ.REASON_TRADE_REFUND_FEE_ERR"), declined("already_paid", "ACQ.REASON_TRADE_REFUND_FEE_ERR")],
    [refused("AQC.SYSTEM_ERROR"), unknown],
    [{ action: "close", retry_flag: "N", out_trade_no: "T2" }, unknown],
    ["cut", unknown],
  ])("%j", async (answer, outcome) => {
    answers({ "alipay.trade.cancel": answer });
    expect(await connection.cancel({ attemptNo: ATTEMPT })).toEqual(outcome);
  });
});
