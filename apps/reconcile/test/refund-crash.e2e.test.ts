import { setTimeout as sleep } from "node:timers/promises";
import { type CreateRefundInput, PayhubError, type Payment } from "@payhub/client";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Channel, codeUrlOf, type Fleet, type Member, openFleet, orderAt } from "./support/fleet.ts";
import { openFrontDoor } from "./support/front-door.ts";
import { type Listener, listen } from "./support/listener.ts";

const CHANNELS: readonly Channel[] = ["wechatpay", "alipay"];
const POINTS = ["payment.committed", "channel.answered"] as const;
const CALLERS = ["who calls again", "who gives up"] as const;
const CELLS = POINTS.flatMap((point) =>
  CHANNELS.flatMap((channel) => CALLERS.map((caller) => ({ point, channel, caller }))),
);
const PROBE_EVERY_MS = 50;
const AMOUNT = 500;
const until = { timeout: 30_000, interval: 50 };

let fleet: Fleet;
let healthy: Member;
let listener: Listener;

beforeAll(async () => {
  fleet = await openFleet();
  [healthy] = await Promise.all([fleet.api(), fleet.reconcile()]);
  fleet.door.lead([healthy.name]);
  listener = listen(fleet.client);
});
afterAll(async () => {
  await listener?.stop();
  await fleet?.close();
});

async function paid(channel: Channel): Promise<Payment> {
  const payment = await fleet.client.payments.create.mutate(orderAt(fleet, channel));
  fleet.simulator.payer.pay(codeUrlOf(payment));
  await listener.heard(payment.paymentNo);
  return payment;
}

const refundOf = ({ paymentNo }: Payment, amount: number) =>
  ({
    refundOrderNo: `refund-${crypto.randomUUID()}`,
    idempotencyKey: crypto.randomUUID(),
    paymentNo,
    amount,
  }) satisfies CreateRefundInput;

/** Asks for one fen more than is left, again and again until told to stop; returns every answer. */
function probe(payment: Payment): { stop(): Promise<string[]> } {
  const answers: string[] = [];
  let goesOn = true;
  const probing = (async () => {
    while (goesOn) {
      const asked = fleet.client.refunds.create.mutate(refundOf(payment, payment.amount - AMOUNT + 1));
      const answer = await asked.catch((error: unknown) => error);
      answers.push(answer instanceof PayhubError ? answer.code : "accepted");
      await sleep(PROBE_EVERY_MS);
    }
  })();
  return {
    async stop() {
      goesOn = false;
      await probing;
      return answers;
    },
  };
}

/** A refund of a paid payment under way to an api that dies of it; the amount is watched from that moment on. */
async function killed({ point, channel, caller }: (typeof CELLS)[number]) {
  const payment = await paid(channel);
  const match = (outTradeNo: string) => outTradeNo === payment.attemptNo;
  // Where the channel was asked, it is not heard either: the number is asked about.
  if (point === "channel.answered") fleet.simulator.faults.callback({ channel, topic: "refund", match, fault: "lost" });
  const door = await openFrontDoor();
  const doomed = await fleet.api({ PAYHUB_FAULTS: `${point}=kill` });
  door.lead([doomed.name]);
  const refund = refundOf(payment, AMOUNT);
  const leaving = new AbortController();
  const creating = fleet.clientAt(door.url).refunds.create.mutate(refund, { signal: leaving.signal });
  const answering = creating.catch((error: unknown) => error);
  const died = await doomed.exited;
  const probing = probe(payment);
  if (caller === "who calls again") door.lead([healthy.name]);
  else leaving.abort();
  return { payment, refund, died, answer: await answering, probing, door };
}

/** The refund has its one word, and the channel gave back once under its number. */
async function expectGivenBackOnce(payment: Payment, refundOrderNo: string): Promise<void> {
  const isDone = async () => (await fleet.client.refunds.get.query({ refundOrderNo })).status !== "created";
  await vi.waitUntil(isDone, until);
  const refund = await fleet.client.refunds.get.query({ refundOrderNo });
  expect(refund).toMatchObject({ status: "succeeded", amount: AMOUNT, paymentNo: payment.paymentNo });
  const { items } = await fleet.client.refunds.list.query({ paymentNo: payment.paymentNo });
  expect(items.map(({ refundNo }) => refundNo)).toEqual([refund.refundNo]);
  const trade = fleet.simulator.ledger().find(({ outTradeNo }) => outTradeNo === payment.attemptNo);
  expect(trade?.refunds).toMatchObject([{ outRefundNo: refund.refundNo, amount: AMOUNT, state: "succeeded" }]);
  const asked = fleet.simulator.calls().filter(({ outTradeNo }) => outTradeNo === payment.attemptNo);
  expect(asked.filter(({ operation }) => operation === "refund")).toHaveLength(1);
  const told = () => listener.events.filter(({ paymentNo }) => paymentNo === payment.paymentNo);
  await vi.waitUntil(() => told().length >= 2, until);
  expect(told().map(({ type }) => type)).toEqual(["payment.succeeded", "refund.succeeded"]);
}

describe("an api that is killed on the way of a refund", () => {
  test.concurrent.for(CELLS)(
    "at $point, $channel, $caller: one refund, one number, and its amount never free",
    async (cell, { expect }) => {
      const { payment, refund, died, answer, probing, door } = await killed(cell);
      expect(died).toBe("SIGKILL");
      if (cell.caller === "who calls again")
        expect(answer).toMatchObject({ refundOrderNo: refund.refundOrderNo, amount: AMOUNT });
      else expect(answer).toBeInstanceOf(Error);
      await expectGivenBackOnce(payment, refund.refundOrderNo).finally(probing.stop);
      const answers = await probing.stop();
      // The claim of the dead keeps the others out for five seconds.
      expect(answers.length).toBeGreaterThan(cell.point === "channel.answered" ? 5 : 0);
      expect(new Set(answers)).toEqual(new Set(["REFUND_EXCEEDS_PAID"]));
      await door.close();
    },
  );
});

test("after all of that the invariants hold", async () => {
  expect(await fleet.violations()).toEqual([]);
});
