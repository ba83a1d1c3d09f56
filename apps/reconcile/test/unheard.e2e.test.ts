import type { Payment } from "@payhub/client";
import { createPayment } from "@payhub/services";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { JOBS } from "../src/jobs.ts";
import { type Channel, codeUrlOf, type Fleet, type Member, openFleet, orderAt } from "./support/fleet.ts";
import { type Listener, listen } from "./support/listener.ts";

const CHANNELS: readonly Channel[] = ["wechatpay", "alipay"];

let fleet: Fleet;
let reconcile: Member;
let listener: Listener;

beforeAll(async () => {
  fleet = await openFleet();
  const [api, first] = await Promise.all([fleet.api(), fleet.reconcile()]);
  reconcile = first;
  fleet.door.lead([api.name]);
  for (const channel of CHANNELS) {
    fleet.simulator.faults.callback({ channel, times: Number.POSITIVE_INFINITY, fault: "lost" });
  }
  listener = listen(fleet.client);
});
afterAll(async () => {
  await listener?.stop();
  await fleet?.close();
});

const create = (channel: Channel) => fleet.client.payments.create.mutate(orderAt(fleet, channel));
const typesOf = async ({ paymentNo }: Pick<Payment, "paymentNo">) =>
  (await listener.heard(paymentNo)).map(({ type }) => type);

test("the query ladder finds every payment whose callback was lost", async () => {
  const payments = await Promise.all(
    Array.from({ length: 20 }, (_, index) => create(index % 2 ? "alipay" : "wechatpay")),
  );
  for (const payment of payments) fleet.simulator.payer.pay(codeUrlOf(payment));
  for (const payment of payments) expect(await typesOf(payment)).toEqual(["payment.succeeded"]);
  expect(fleet.simulator.callbacks.deliveries().map(({ fault }) => fault)).toEqual(Array(20).fill("lost"));
  expect(await fleet.ctx.store.db.selectFrom("inbox").selectAll().execute()).toEqual([]);
  expect(await fleet.violations()).toEqual([]);
});

// A payment that was made almost a minute ago, the shortest that one lives: it expires here and at its channel in 4 s.
const AGE_MS = 56_000;

test("at expiry an unpaid payment is closed at its channel and here, and a paid one is found", async () => {
  const ctx = await fleet.contextAt({ now: () => Date.now() - AGE_MS });
  const make = async (channel: Channel) => {
    const order = { ...orderAt(fleet, channel), expiresIn: 60, idempotencyKey: crypto.randomUUID() };
    const { payment, attempt } = await createPayment(ctx, fleet.caller, order);
    if (attempt.action?.type !== "show_qr") throw new Error("there is no code");
    return { paymentNo: payment.paymentNo, attemptNo: attempt.attemptNo, code: attempt.action.codeUrl };
  };
  const unpaid = await make("wechatpay");
  const unscanned = await make("alipay");
  const scanned = await make("alipay");
  const paid = await make("wechatpay");
  fleet.simulator.payer.open(scanned.code);
  fleet.simulator.payer.pay(paid.code);

  expect(await typesOf(paid)).toEqual(["payment.succeeded"]);
  for (const payment of [unpaid, scanned, unscanned]) expect(await typesOf(payment)).toEqual(["payment.closed"]);
  const states = new Map(fleet.simulator.ledger().map(({ outTradeNo, state }) => [outTradeNo, state]));
  expect([unpaid, scanned, paid].map(({ attemptNo }) => states.get(attemptNo))).toEqual(["closed", "closed", "paid"]);
  expect(() => fleet.simulator.payer.pay(unscanned.code)).toThrow();
  // A scanned Alipay trade is closed by Alipay itself when its time is over.
  for (const { attemptNo } of [unpaid, unscanned]) {
    const asked = fleet.simulator.calls().filter(({ outTradeNo }) => outTradeNo === attemptNo);
    expect(asked.map(({ operation }) => operation).slice(-3)).toEqual(["query", "close", "query"]);
  }
  expect(await fleet.violations()).toEqual([]);
});

test("a reconcile process that is told to stop gives its leads back and leaves with 0", async () => {
  const second = await fleet.reconcile();
  const holders = async () => {
    const rows = await fleet.ctx.store.db.selectFrom("job_lease").select("holder").execute();
    return rows.map(({ holder }) => holder);
  };
  expect(await holders()).toEqual(JOBS.map(() => reconcile.name));
  reconcile.child.kill("SIGTERM");
  expect(await reconcile.exited).toBe(0);
  const led = JOBS.map(() => second.name);
  await vi.waitFor(async () => expect(await holders()).toEqual(led), { timeout: 15_000, interval: 50 });
  expect(second.output()).not.toContain('"level":"error"');
});
