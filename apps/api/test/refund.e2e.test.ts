import { createPayhubClient, type PayhubClient, type Payment, type PaymentDetail } from "@payhub/client";
import { checkInvariants, createApp } from "@payhub/services";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { type ApiProcess, kill, startApiProcess } from "./support/api-process.ts";
import { freePort } from "./support/free-port.ts";
import { codeUrlOf, type Platform, startPlatform } from "./support/platform.ts";

let platform: Platform;
let api: ApiProcess;
let client: PayhubClient;

beforeAll(async () => {
  platform = await startPlatform();
  const port = await freePort();
  const env = platform.env({ PAYHUB_PORT: String(port), PAYHUB_PUBLIC_URL: `http://127.0.0.1:${port}` });
  api = await startApiProcess(env);
  client = createPayhubClient({ url: api.url, ...platform.signer });
});
afterEach(async () => {
  platform.simulator.faults.clear();
  const channelTrades = platform.simulator.ledger();
  expect(await checkInvariants(platform.ctx.store.db, { channelTrades })).toEqual([]);
});
afterAll(async () => {
  await kill(api);
  await platform?.stop();
});

let orders = 0;
const until = { timeout: 10_000, interval: 50 };

function take(): Promise<Payment> {
  const order = { accountNo: platform.accountNo, scene: "qr", amount: 1288, subject: "一杯咖啡" } as const;
  return client.payments.create.mutate({ ...order, orderNo: `order-${++orders}` });
}

/** A payment of ¥12.88 that was paid. */
async function paid(): Promise<PaymentDetail> {
  const payment = await take();
  platform.simulator.payer.pay(codeUrlOf(payment));
  return vi.waitUntil(async () => {
    const now = await client.payments.get.query({ paymentNo: payment.paymentNo });
    return now.status === "succeeded" && now;
  }, until);
}

/** Scripts when the channel settles the next refund, and tells it at the account's address for refunds. */
function settles(kind: "succeeded" | "closed", afterMs: number): void {
  platform.simulator.faults.refund({ channel: "wechatpay", outcome: { kind, afterMs } });
}

async function becomes(refundNo: string, status: string): Promise<void> {
  await vi.waitFor(async () => expect(await client.refunds.get.query({ refundNo })).toMatchObject({ status }), until);
}

async function eventsOf(paymentNo: string) {
  const { events } = await client.events.list.query({ limit: 500 });
  return events.filter((event) => event.paymentNo === paymentNo);
}

const refusalOf = (call: Promise<unknown>) => expect(call).rejects;

test("a refund is made, called back at its own address, and told", async () => {
  const { paymentNo, attemptNo } = await paid();
  settles("succeeded", 300);
  const refund = await client.refunds.create.mutate({ refundOrderNo: "told", attemptNo, amount: 300, reason: "太甜" });
  expect(refund).toMatchObject({ paymentNo, attemptNo, status: "created", unknown: false, replayed: false });

  await becomes(refund.refundNo, "succeeded");
  const sent = () => platform.simulator.callbacks.deliveries().filter(({ topic }) => topic === "refund");
  await vi.waitFor(() => expect(sent()).not.toHaveLength(0), until);
  expect(sent().map(({ url }) => new URL(url).pathname)).toEqual([
    `/callbacks/wechatpay/${platform.accountNo}/refunds`,
  ]);
  expect(await client.refunds.get.query({ refundOrderNo: "told" })).toMatchObject({
    refundNo: refund.refundNo,
    reason: "太甜",
    channelRefundNo: expect.stringMatching(/^\d+$/),
    succeededAt: expect.stringMatching(/\+08:00$/),
  });
  expect(await client.payments.get.query({ paymentNo })).toMatchObject({ status: "succeeded", refundedAmount: 300 });
  expect(await eventsOf(paymentNo)).toMatchObject([
    { type: "payment.succeeded", sequence: 1, data: { refund: null } },
    { type: "refund.succeeded", sequence: 2, data: { refundedAmount: 300, refund: { refundOrderNo: "told" } } },
  ]);
});

test("one that the channel closes frees its amount", async () => {
  const { paymentNo } = await paid();
  settles("closed", 300);
  const refund = await client.refunds.create.mutate({ refundOrderNo: "closed", paymentNo, amount: 1288 });
  await becomes(refund.refundNo, "closed");
  expect(await client.payments.get.query({ paymentNo })).toMatchObject({ refundedAmount: 0 });
  expect(await eventsOf(paymentNo)).toMatchObject([{}, { type: "refund.closed", data: { refundedAmount: 0 } }]);
});

test("a repeat finds the same refund, and another request under its key or number is refused", async () => {
  const { paymentNo } = await paid();
  settles("succeeded", 300);
  const order = { refundOrderNo: "again", paymentNo, amount: 300 };
  const { create } = client.refunds;
  const calls = Array.from({ length: 5 }, () => create.mutate({ ...order, idempotencyKey: "again-key-1" }));
  const refunds = await Promise.all(calls);
  expect(new Set(refunds.map(({ refundNo }) => refundNo)).size).toBe(1);
  expect(refunds.filter(({ replayed }) => !replayed)).toHaveLength(1);
  expect((await create.mutate(order)).refundNo).toBe(refunds[0]?.refundNo);

  const reused = create.mutate({ ...order, amount: 301, idempotencyKey: "again-key-1" });
  await refusalOf(reused).toMatchObject({ code: "IDEMPOTENCY_KEY_REUSED", details: { fields: ["amount"] } });
  await refusalOf(create.mutate({ ...order, amount: 301 })).toMatchObject({ code: "ORDER_CONFLICT" });
  const asked = platform.simulator.calls().filter(({ operation }) => operation === "refund");
  expect(asked.filter(({ outTradeNo }) => outTradeNo === refunds[0]?.attemptNo)).toHaveLength(1);
});

test("more than is left is refused, and what is left waits for the channel's gap", async () => {
  const { paymentNo } = await paid();
  settles("succeeded", 300);
  const ask = (refundOrderNo: string, amount: number) =>
    client.refunds.create.mutate({ refundOrderNo, paymentNo, amount });
  const first = await ask("part-1", 1000);
  await refusalOf(ask("part-2", 289)).toMatchObject({
    code: "REFUND_EXCEEDS_PAID",
    retryable: false,
    details: { paymentNo, paid: 1288, refunded: 1000, left: 288 },
  });
  const rest = await ask("part-3", 288);
  expect(rest).toMatchObject({ status: "created", channelRefundNo: null });
  await becomes(first.refundNo, "succeeded");
  const page = await client.refunds.list.query({ paymentNo });
  expect(page.items.map(({ refundOrderNo }) => refundOrderNo)).toEqual(["part-1", "part-3"]);
  const done = await client.refunds.list.query({ paymentNo, status: "succeeded" });
  expect(done.items.map(({ refundNo }) => refundNo)).toEqual([first.refundNo]);
  expect(await client.payments.get.query({ paymentNo })).toMatchObject({ refundedAmount: 1288 });
});

test("what was not paid, and what is another app's, is not refunded", async () => {
  const open = await take();
  const ask = { refundOrderNo: "never", paymentNo: open.paymentNo, amount: 1 };
  await refusalOf(client.refunds.create.mutate(ask)).toMatchObject({
    code: "ORDER_CONFLICT",
    message: expect.stringContaining("it is created"),
  });
  const { paymentNo, attemptNo } = await paid();
  const { app, secret } = await createApp(platform.ctx, { name: "curious" });
  const curious = createPayhubClient({ url: api.url, appId: app.appId, secret });
  for (const ref of [{ paymentNo }, { attemptNo }]) {
    const call = curious.refunds.create.mutate({ refundOrderNo: "theirs", ...ref, amount: 1 });
    await refusalOf(call).toMatchObject({ code: "NOT_FOUND" });
  }
  await refusalOf(curious.refunds.get.query({ refundOrderNo: "told" })).toMatchObject({ code: "NOT_FOUND" });
  expect(await curious.refunds.list.query({})).toEqual({ items: [], nextCursor: null });
});

test("a forged callback at the address for refunds is answered as a failure", async () => {
  const url = `${api.url}/callbacks/wechatpay/${platform.accountNo}/refunds`;
  const forged = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "wechatpay-timestamp": String(Math.floor(Date.now() / 1_000)),
      "wechatpay-nonce": "x",
      "wechatpay-serial": "7777777777777777777777777777777777777777",
      "wechatpay-signature": Buffer.alloc(256, 1).toString("base64"),
    },
    body: '{"event_type":"REFUND.SUCCESS"}',
  });
  expect(forged.status).toBe(400);
  expect(await forged.json()).toMatchObject({ code: "FAIL" });
  expect((await fetch(`${url}/more`, { method: "POST" })).status).toBe(404);
});
