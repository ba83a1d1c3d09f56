import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { WechatpayBench } from "../../test/wechatpay-bench.ts";
import { startWechatpayBench } from "../../test/wechatpay-bench.ts";
import { createWechatpayMerchant } from "./merchant.ts";

const keys = await createWechatpayMerchant({ feeRate: 100 });
const unlimited = { wechatpay: { refundErrorsPerSecond: Number.POSITIVE_INFINITY }, speed: 1000 };
let bench: WechatpayBench;

beforeAll(async () => {
  bench = await startWechatpayBench(keys, unlimited);
});

afterEach(() => bench.simulator.faults.clear());
afterAll(() => bench.stop());

async function paid(on = bench, changes: Record<string, unknown> = {}): Promise<string> {
  const order = on.order(changes);
  on.simulator.payer.pay(String((await on.create(order)).data.code_url));
  return String(order.out_trade_no);
}

const ask = (outRefundNo: unknown, on = bench) => on.get(`refund/domestic/refunds/${outRefundNo}`);
const ledgerOf = (outTradeNo: string) => bench.simulator.ledger().find((entry) => entry.outTradeNo === outTradeNo);

test("accepted, processed, succeeded; the order is refunded, its fee known", async () => {
  const outTradeNo = await paid();
  const accepted = await bench.refund(outTradeNo, { reason: "太甜" });
  const { out_refund_no, refund_id } = accepted.data;
  expect(accepted).toMatchObject({
    status: 200,
    data: {
      refund_id: expect.stringMatching(/^5030\d{25}$/),
      out_trade_no: outTradeNo,
      transaction_id: ledgerOf(outTradeNo)?.channelTradeNo,
      status: "PROCESSING",
      channel: "ORIGINAL",
      funds_account: "AVAILABLE",
      amount: { total: 1288, refund: 300, payer_refund: 300, settlement_refund: 300, currency: "CNY" },
    },
  });
  expect(accepted.data).not.toHaveProperty("success_time");
  expect((await bench.query(outTradeNo)).data).toMatchObject({ trade_state: "REFUND", trade_type: "NATIVE" });
  await expect.poll(async () => (await ask(out_refund_no)).data.status).toBe("SUCCESS");
  expect((await ask(out_refund_no)).data).toMatchObject({ refund_id, success_time: expect.stringMatching(/\+08:00$/) });
  expect(ledgerOf(outTradeNo)).toMatchObject({
    state: "paid",
    fee: 13,
    refunds: [{ outRefundNo: out_refund_no, channelRefundNo: refund_id, amount: 300, state: "succeeded" }],
  });
});

test("the same number again is the same refund; with other facts it is refused", async () => {
  const outTradeNo = await paid();
  const { data } = await bench.refund(outTradeNo);
  const again = { out_refund_no: data.out_refund_no };
  expect((await bench.refund(outTradeNo, again)).data.refund_id).toBe(data.refund_id);
  const byTheirs = { ...again, out_trade_no: undefined, transaction_id: data.transaction_id };
  expect((await bench.refund(outTradeNo, byTheirs)).data.refund_id).toBe(data.refund_id);
  expect(await bench.refund(outTradeNo, { ...again, refund: 301 })).toMatchObject({
    status: 400,
    data: { code: "INVALID_REQUEST" },
  });
  expect((await bench.refund(await paid(), again)).data.code).toBe("INVALID_REQUEST");
  expect(ledgerOf(outTradeNo)?.refunds).toHaveLength(1);
});

test("the sum never exceeds the order, what was closed does not count", async () => {
  const outTradeNo = await paid();
  bench.simulator.faults.refund({ channel: "wechatpay", outcome: { kind: "closed", afterMs: 0 } });
  const closed = (await bench.refund(outTradeNo, { refund: 1288 })).data.out_refund_no;
  await expect.poll(async () => (await ask(closed)).data.status).toBe("CLOSED");
  expect((await bench.refund(outTradeNo, { refund: 1000 })).status).toBe(200);
  expect((await bench.refund(outTradeNo, { refund: 289 })).data.code).toBe("INVALID_REQUEST");
  expect((await bench.refund(outTradeNo, { refund: 288 })).status).toBe(200);
  expect((await bench.refund(outTradeNo, { refund: 1 })).data.code).toBe("INVALID_REQUEST");
  expect((await bench.refund(outTradeNo, { refund: 1288, out_refund_no: closed })).data.status).toBe("CLOSED");
});

test("fifty refunds of one order, and no more", async () => {
  const outTradeNo = await paid();
  for (const _of of Array.from({ length: 50 })) {
    expect((await bench.refund(outTradeNo, { refund: 1 })).status).toBe(200);
  }
  expect(await bench.refund(outTradeNo, { refund: 1 })).toMatchObject({
    status: 400,
    data: { code: "INVALID_REQUEST" },
  });
});

test("within a year of the payment", async () => {
  const own = await startWechatpayBench(keys, unlimited);
  const outTradeNo = await paid(own);
  own.simulator.clock.advance(365 * 86_400_000 - 60_000);
  expect((await own.refund(outTradeNo)).status).toBe(200);
  own.simulator.clock.advance(61_000);
  expect((await own.refund(outTradeNo)).data.code).toBe("INVALID_REQUEST");
  await own.stop();
});

test("a minute apart, when asked so", async () => {
  const own = await startWechatpayBench(keys, { wechatpay: { ...unlimited.wechatpay, refundGapMs: 60_000 } });
  const outTradeNo = await paid(own);
  const { data } = await own.refund(outTradeNo);
  expect(await own.refund(outTradeNo)).toMatchObject({ status: 429, data: { code: "FREQUENCY_LIMITED" } });
  expect((await own.refund(outTradeNo, { out_refund_no: data.out_refund_no })).status).toBe(200);
  own.simulator.clock.advance(60_000);
  expect((await own.refund(outTradeNo)).status).toBe(200);
  await own.stop();
});

describe("nothing to refund", () => {
  const missing = { status: 404, data: { code: "RESOURCE_NOT_EXISTS" } };

  test("an unknown, an unpaid and a closed order", async () => {
    expect(await bench.refund("never-1")).toMatchObject(missing);
    const order = bench.order();
    await bench.create(order);
    expect(await bench.refund(order.out_trade_no)).toMatchObject(missing);
    await bench.close(String(order.out_trade_no));
    expect(await bench.refund(order.out_trade_no)).toMatchObject(missing);
  });

  test("numbers that name two orders", async () => {
    const transaction_id = ledgerOf(await paid())?.channelTradeNo;
    expect(await bench.refund(await paid(), { transaction_id })).toMatchObject(missing);
  });

  test("an unknown refund", async () => {
    expect(await ask("never-1")).toMatchObject(missing);
  });
});

test.each([
  ["not_enough", 403, "NOT_ENOUGH"],
  ["payer_abnormal", 403, "USER_ACCOUNT_ABNORMAL"],
] as const)("%s is refused, and the same number may try again", async (kind, status, code) => {
  const outTradeNo = await paid();
  const out_refund_no = `again-${kind}`;
  bench.simulator.faults.refund({ channel: "wechatpay", match: (no) => no === outTradeNo, outcome: { kind } });
  expect(await bench.refund(outTradeNo, { out_refund_no })).toMatchObject({ status, data: { code } });
  expect((await bench.query(outTradeNo)).data.trade_state).toBe("SUCCESS");
  expect((await bench.refund(outTradeNo, { out_refund_no })).data.status).toBe("PROCESSING");
});

test.each([
  ["/amount/total", { total: 0 }],
  ["/amount/refund", { refund: 0 }],
  ["/amount/refund", { refund: 0.5 }],
  ["/amount/currency", { amount: { total: 1288, refund: 1 } }],
  ["/amount/currency", { amount: { total: 1288, refund: 1, currency: "USD" } }],
  ["/out_refund_no", { out_refund_no: undefined }],
  ["/out_refund_no", { out_refund_no: "a#1" }],
  ["/out_refund_no", { out_refund_no: "a".repeat(65) }],
  ["/out_trade_no", { out_trade_no: undefined }],
  ["/reason", { reason: "甜".repeat(81) }],
  ["/notify_url", { notify_url: "http://127.0.0.1/callback?refund=1" }],
  ["/funds_account", { funds_account: "BASIC" }],
  ["/attach", { attach: "x" }],
])("%s is refused in %j", async (field, changes) => {
  const outcome = await bench.refund("order-0001", changes);
  expect(outcome).toMatchObject({ status: 400, data: { code: "PARAM_ERROR", detail: { field } } });
});

test("the order's total must be right", async () => {
  expect((await bench.refund(await paid(), { total: 1287 })).data.code).toBe("INVALID_REQUEST");
});

test("six failing calls a second, then 429; calls that succeed go on", async () => {
  const own = await startWechatpayBench(keys);
  const outTradeNo = await paid(own);
  const failures = await Promise.all(Array.from({ length: 8 }, () => own.refund("never-1")));
  expect(failures.map(({ status }) => status).sort()).toEqual([404, 404, 404, 404, 404, 404, 429, 429]);
  expect((await own.refund(outTradeNo)).status).toBe(200);
  await expect.poll(async () => (await own.refund("never-1")).status, { interval: 300 }).toBe(404);
  await own.stop();
});

test("faults and the call log find the order behind a refund's own numbers", async () => {
  const outTradeNo = await paid();
  const { data } = await bench.refund(outTradeNo);
  const match = (candidate: string) => candidate === outTradeNo;
  for (const operation of ["refund", "refund_query"] as const) {
    bench.simulator.faults.script({ channel: "wechatpay", operation, match, fault: { kind: "status", status: 503 } });
  }
  const byTheirs = { out_trade_no: undefined, transaction_id: data.transaction_id };
  expect((await bench.refund(outTradeNo, byTheirs)).status).toBe(503);
  expect((await ask(data.out_refund_no)).status).toBe(503);
  expect((await ask(data.out_refund_no)).status).toBe(200);
  const own = bench.simulator.calls().filter((call) => call.outTradeNo === outTradeNo);
  expect(own.map(({ operation }) => operation)).toEqual(["create", "refund", "refund", "refund_query", "refund_query"]);
});

test("charged without an answer: the refund is there under its number", async () => {
  const outTradeNo = await paid();
  bench.simulator.faults.script({
    channel: "wechatpay",
    operation: "refund",
    fault: { kind: "timeout_after_commit", holdMs: 50 },
  });
  expect((await bench.refund(outTradeNo, { out_refund_no: "lost-answer-1" })).status).toBe(0);
  expect((await ask("lost-answer-1")).data).toMatchObject({ out_trade_no: outTradeNo });
  expect((await bench.refund(outTradeNo, { out_refund_no: "lost-answer-1" })).status).toBe(200);
  expect(ledgerOf(outTradeNo)?.refunds).toHaveLength(1);
});
