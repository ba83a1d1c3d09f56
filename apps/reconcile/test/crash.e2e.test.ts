import type { Payment } from "@payhub/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Channel, codeUrlOf, type Fleet, openFleet, orderAt } from "./support/fleet.ts";
import { openFrontDoor } from "./support/front-door.ts";
import { type Listener, listen } from "./support/listener.ts";

let fleet: Fleet;
let healthy: string;
let listener: Listener;

beforeAll(async () => {
  fleet = await openFleet();
  const [api] = await Promise.all([fleet.api(), fleet.reconcile()]);
  healthy = api.name;
  fleet.door.lead([healthy]);
  listener = listen(fleet.client);
});
afterAll(async () => {
  await listener?.stop();
  await fleet?.close();
});

const CHANNELS: readonly Channel[] = ["wechatpay", "alipay"];
const AT_CREATE = ["payment.committed", "channel.answered"] as const;
const AT_CALLBACK = ["inbox.committed", "callback.acknowledged", "event.committed"] as const;
const each = <Point extends string>(points: readonly Point[]) =>
  points.flatMap((point) => CHANNELS.map((channel) => [point, channel] as const));

/** The end of every way: one attempt, which was paid, and one event. */
async function endOf({ paymentNo }: Payment) {
  const events = await listener.heard(paymentNo);
  const { status, attempts } = await fleet.client.payments.get.query({ paymentNo });
  return {
    status,
    attempts: attempts.map(({ attemptNo }) => attemptNo),
    events: events.map(({ type, sequence }) => ({ type, sequence })),
  };
}

const paidOnce = ({ attemptNo }: Payment) => ({
  status: "succeeded",
  attempts: [attemptNo],
  events: [{ type: "payment.succeeded", sequence: 1 }],
});

describe.concurrent("a process that is killed", () => {
  test.for(each(AT_CREATE))("at %s of a %s payment: the call's repeat gets it", async ([point, channel], context) => {
    const door = await openFrontDoor();
    const doomed = await fleet.api({ PAYHUB_FAULTS: `${point}=kill` });
    door.lead([doomed.name]);
    const order = orderAt(fleet, channel);
    const creating = fleet.clientAt(door.url).payments.create.mutate(order);
    context.expect(await doomed.exited).toBe("SIGKILL");
    door.lead([healthy]);
    const payment = await creating;
    context.expect(payment).toMatchObject({ orderNo: order.orderNo, status: "created", replayed: false });
    fleet.simulator.payer.pay(codeUrlOf(payment));
    context.expect(await endOf(payment)).toEqual(paidOnce(payment));
    await door.close();
  });

  test.for(each(AT_CALLBACK))("at %s of a %s payment: another one goes on", async ([point, channel], context) => {
    const door = await openFrontDoor();
    const doomed = await fleet.api({ PAYHUB_FAULTS: `${point}=kill`, PAYHUB_PUBLIC_URL: door.url });
    door.lead([doomed.name]);
    const payment = await fleet.clientAt(door.url).payments.create.mutate(orderAt(fleet, channel));
    fleet.simulator.payer.pay(codeUrlOf(payment));
    context.expect(await doomed.exited).toBe("SIGKILL");
    context.expect(await endOf(payment)).toEqual(paidOnce(payment));
    await door.close();
  });
});

describe("after all of that", () => {
  test("the channels were asked for one number per payment", async () => {
    const known = await fleet.ctx.store.db.selectFrom("attempt").select("attemptNo").execute();
    expect(known).toHaveLength(each([...AT_CREATE, ...AT_CALLBACK]).length);
    const asked = fleet.simulator.calls().flatMap(({ outTradeNo }) => outTradeNo ?? []);
    expect(new Set(asked)).toEqual(new Set(known.map(({ attemptNo }) => attemptNo)));
    expect(fleet.simulator.ledger()).toHaveLength(known.length);
  });

  test("the inbox has each callback, applied", async () => {
    const states = async () => {
      const rows = await fleet.ctx.store.db.selectFrom("inbox").select("state").execute();
      return rows.map(({ state }) => state);
    };
    const applied = Array(each([...AT_CREATE, ...AT_CALLBACK]).length).fill("applied");
    await expect.poll(states, { timeout: 20_000 }).toEqual(applied);
  });

  test("each event came once, and the invariants hold", async () => {
    await listener.stop();
    const ids = listener.events.map(({ eventId }) => eventId);
    expect(ids).toHaveLength(each([...AT_CREATE, ...AT_CALLBACK]).length);
    expect(new Set(ids).size).toBe(ids.length);
    expect(await fleet.violations()).toEqual([]);
  });
});
