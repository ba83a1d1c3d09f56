import { createPayhubClient, type PayhubClient, PayhubError, type PayhubEvent, type Payment } from "@payhub/client";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type ApiProcess, kill, startApiProcess } from "./support/api-process.ts";
import { freePort } from "./support/free-port.ts";
import { codeUrlOf, type Platform, startPlatform } from "./support/platform.ts";

let platform: Platform;
let env: Record<string, string>;
let api: ApiProcess;
let client: PayhubClient;

beforeAll(async () => {
  platform = await startPlatform();
  const port = await freePort();
  env = platform.env({ PAYHUB_PORT: String(port), PAYHUB_PUBLIC_URL: `http://127.0.0.1:${port}` });
  api = await startApiProcess(env);
  client = createPayhubClient({ url: api.url, ...platform.signer });
});
afterAll(async () => {
  await kill(api);
  await platform?.stop();
});

const order = (orderNo: string) =>
  ({ orderNo, accountNo: platform.accountNo, scene: "qr", amount: 1288, subject: "一杯咖啡" }) as const;
const until = (condition: () => boolean) => vi.waitUntil(condition, { timeout: 20_000, interval: 20 });

/** Watches a payment; answers with what was told so far. */
function follow(paymentNo: string) {
  const told = { statuses: [] as Payment["status"][], errors: [] as PayhubError[], complete: false };
  client.payments.watch.subscribe(
    { paymentNo },
    {
      onData: ({ status }) => told.statuses.push(status),
      onError: (error) => told.errors.push(error),
      onComplete: () => {
        told.complete = true;
      },
    },
  );
  return told;
}

test("the client takes a payment, watches it and gets its event", async () => {
  const payment = await client.payments.create.mutate(order("order-1"));
  const told = follow(payment.paymentNo);
  await until(() => told.statuses.length === 1);

  platform.simulator.payer.pay(codeUrlOf(payment));
  await until(() => told.complete);
  expect(told).toMatchObject({ statuses: ["created", "succeeded"], errors: [] });

  const events: PayhubEvent[] = [];
  const consumer = client.events.consume((event) => void events.push(event), { waitMs: 1_000 });
  await until(() => events.length === 1);
  await consumer.stop();
  expect(events).toMatchObject([{ type: "payment.succeeded", paymentNo: payment.paymentNo, sequence: 1 }]);
  expect(await client.events.pull.mutate({})).toEqual({ events: [], leasedUntil: null });
  expect(await client.payments.get.query({ orderNo: "order-1" })).toMatchObject({ status: "succeeded" });
});

test("parallel calls with one key get one payment", async () => {
  const calls = Array.from({ length: 10 }, () =>
    client.payments.create.mutate({ ...order("order-2"), idempotencyKey: "order-2:create" }),
  );
  const payments = await Promise.all(calls);
  expect(new Set(payments.map(({ paymentNo }) => paymentNo)).size).toBe(1);
  expect(payments.filter(({ replayed }) => !replayed)).toHaveLength(1);
});

test("watching, consuming and calling go on over an api that is killed and started again", async () => {
  const payment = await client.payments.create.mutate(order("order-3"));
  const told = follow(payment.paymentNo);
  const events: PayhubEvent[] = [];
  const failures: unknown[] = [];
  const consumer = client.events.consume((event) => void events.push(event), {
    onError: (error) => failures.push(error),
  });
  await until(() => told.statuses.length === 1);

  await kill(api);
  const late = client.payments.create.mutate(order("order-4"));
  api = await startApiProcess(env);
  expect(await late).toMatchObject({ orderNo: "order-4", status: "created" });

  platform.simulator.payer.pay(codeUrlOf(payment));
  await until(() => told.complete && events.length === 1);
  await consumer.stop();
  expect(told).toMatchObject({ statuses: ["created", "succeeded"], errors: [] });
  expect(events).toMatchObject([{ type: "payment.succeeded", paymentNo: payment.paymentNo }]);
  expect(failures.length).toBeGreaterThan(0);
});

test("refusals arrive as PayhubError with payhub's words", async () => {
  const wrong = createPayhubClient({ url: api.url, ...platform.signer, secret: "sk_wrong" });
  const refused = await wrong.payments.get.query({ orderNo: "order-1" }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(PayhubError);
  expect(refused).toMatchObject({ code: "UNAUTHENTICATED", retryable: false, traceId: expect.stringMatching(/./) });
  await expect(client.payments.create.mutate({ ...order("order-1"), amount: 1 })).rejects.toMatchObject({
    code: "ORDER_CONFLICT",
  });
});
