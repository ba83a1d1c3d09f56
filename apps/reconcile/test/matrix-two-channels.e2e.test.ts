import type { Payment } from "@payhub/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Channel, type Fleet, openFleet, orderAt } from "./support/fleet.ts";
import { type Listener, listen } from "./support/listener.ts";
import { inputOf, reach, WAYS, type Way } from "./support/scenes.ts";

let fleet: Fleet;
let listener: Listener;

beforeAll(async () => {
  fleet = await openFleet();
  const [apis] = await Promise.all([Promise.all([fleet.api(), fleet.api()]), fleet.reconcile()]);
  fleet.door.lead(apis.map(({ name }) => name));
  listener = listen(fleet.client);
});
afterAll(async () => {
  await listener?.stop();
  await fleet?.close();
});

const ofChannel =
  (wanted: Channel) =>
  ({ channel, placedBy }: Way) =>
    channel === wanted && placedBy !== "till";
// Alipay's first: what its payer has not begun cannot be closed, so both can be paid.
const FIRST = WAYS.filter(ofChannel("alipay")).filter(({ knownFrom }) => knownFrom !== "placed");
const SECOND = WAYS.filter(ofChannel("wechatpay"));
const PAIRS = FIRST.flatMap((first, index) => {
  const second = SECOND[index % SECOND.length];
  return second ? [{ first, second, isSwapped: index % 2 === 1 }] : [];
});

/** One order, asked for at both channels and paid at both at the same moment. */
async function payTwice({ first, second, isSwapped }: (typeof PAIRS)[number]): Promise<Payment> {
  const { simulator, client, accounts } = fleet;
  const order = orderAt(fleet, first.channel);
  const one = await client.payments.create.mutate({ ...order, ...inputOf(simulator, first) });
  // The client waits until the order may be initiated once more over an attempt that cannot be closed.
  const other = await client.payments.create.mutate({
    ...order,
    ...inputOf(simulator, second),
    accountNo: accounts[second.channel],
  });
  const codes = await Promise.all([one, other].map((payment) => reach(simulator, payment)));
  for (const code of isSwapped ? codes.toReversed() : codes) simulator.payer.pay(code);
  return one;
}

test("an order that is paid at both channels at once is kept once and given back once", async () => {
  const payments = await Promise.all(PAIRS.map(payTwice));
  expect(payments.length).toBeGreaterThanOrEqual(5);
  for (const { paymentNo } of payments) {
    const own = () => listener.events.filter((event) => event.paymentNo === paymentNo);
    const told = () => own().map(({ type, sequence }) => `${sequence} ${type}`);
    await expect.poll(told, { timeout: 20_000 }).toEqual(["1 payment.succeeded", "2 payment.duplicate_refunded"]);

    const payment = await fleet.client.payments.get.query({ paymentNo });
    const { attempts, heldReceipts, attemptNo: kept, amount } = payment;
    const returned = attempts.find(({ attemptNo }) => attemptNo !== kept);
    expect(payment).toMatchObject({ status: "succeeded", refundedAmount: 0 });
    expect(attempts.map(({ state }) => state)).toEqual(["succeeded", "succeeded"]);
    expect(heldReceipts).toMatchObject([
      { reason: "duplicate", status: "refunded", amount, channel: returned?.channel },
    ]);
    const refundNo = heldReceipts[0]?.refundNo;
    const trades = new Map(fleet.simulator.ledger().map((trade) => [trade.outTradeNo, trade]));
    expect(trades.get(kept)).toMatchObject({ state: "paid", refunds: [] });
    const refunds = [{ outRefundNo: refundNo, amount, state: "succeeded" }];
    expect(trades.get(returned?.attemptNo ?? "")).toMatchObject({ state: "paid", refunds });
    expect(own().at(-1)?.data.refund).toMatchObject({ refundNo, purpose: "held_receipt", chargedAmount: amount });
  }
  expect(await fleet.violations()).toEqual([]);
});
