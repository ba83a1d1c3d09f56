import type { PayhubEvent } from "@payhub/client";
import { createPayment } from "@payhub/services";
import type { Fault, PayerCodeOptions, Simulator } from "@payhub/simulator";
import { type Fleet, openFleet, orderAt } from "./fleet.ts";
import { type Listener, listen } from "./listener.ts";
import { inputOf, reach, type Way } from "./scenes.ts";

/** A payment that was asked for, and the payer before it. */
export interface Taken {
  paymentNo: string;
  attemptNo: string;
  status: string;
  /** What names the order on the payer's phone; looks it up again each time. */
  code(): Promise<string>;
}

/** How one payment ended, here and at its channel. */
export interface End {
  status: string;
  events: string[];
  attempts: number;
  held: number;
  /** Whether the payer's money is with the merchant. */
  isCharged: boolean;
  /** Whether the payer could still pay afterwards. */
  isPayable: boolean;
}

/** A business that takes payments in every way, with its payers. */
export interface Till {
  fleet: Fleet;
  /** Asks for a payment through the client. */
  take(way: Way, code?: PayerCodeOptions): Promise<Taken>;
  /** Asks for a payment that was made a while ago: 8 s are left of its time here and at its channel. */
  takeLate(way: Way, code?: PayerCodeOptions): Promise<Taken>;
  /** Spoils the first call about each order that is made meanwhile; nothing else may be ordered at that channel then. */
  spoilCreates<T>(ways: readonly Way[], fault: Fault, order: (way: Way) => Promise<T>): Promise<Map<Way, T>>;
  /** Waits for a payment's final word and tells how it ended. */
  endOf(taken: Taken): Promise<End>;
  /** Every event that came so far. */
  heard(): readonly PayhubEvent[];
  close(): Promise<void>;
}

const LEFT_MS = 8_000;
const PATIENCE_MS = 80_000;

/** Opens a till with an api and a reconcile process behind it. */
export async function openTill(): Promise<Till> {
  const fleet = await openFleet();
  const [api] = await Promise.all([fleet.api(), fleet.reconcile()]);
  fleet.door.lead([api.name]);
  const listener: Listener = listen(fleet.client);
  const { simulator, client } = fleet;

  function orderOf(way: Way, code: PayerCodeOptions | undefined) {
    const input = inputOf(simulator, way, code);
    const shown = "authCode" in input ? input.authCode : undefined;
    const expiresIn = way.placedBy === "till" ? {} : { expiresIn: way.livesMs / 1_000 };
    return { order: { ...orderAt(fleet, way.channel), ...input }, shown, expiresIn };
  }

  async function take(way: Way, code?: PayerCodeOptions): Promise<Taken> {
    const { order, shown } = orderOf(way, code);
    const payment = await client.payments.create.mutate(order);
    const { paymentNo, attemptNo, status } = payment;
    return { paymentNo, attemptNo, status, code: async () => shown ?? reach(simulator, payment) };
  }

  async function takeLate(way: Way, code?: PayerCodeOptions): Promise<Taken> {
    const { order, shown, expiresIn } = orderOf(way, code);
    const ctx = await lateContext(way.livesMs - LEFT_MS);
    const key = { idempotencyKey: crypto.randomUUID() };
    const { paymentNo } = (await createPayment(ctx, fleet.caller, { ...order, ...expiresIn, ...key })).payment;
    const payment = await client.payments.get.query({ paymentNo });
    const { attemptNo, status } = payment;
    return { paymentNo, attemptNo, status, code: async () => shown ?? reach(simulator, payment) };
  }

  const late = new Map<number, ReturnType<Fleet["contextAt"]>>();
  function lateContext(ageMs: number) {
    const known = late.get(ageMs) ?? fleet.contextAt({ now: () => Date.now() - ageMs });
    late.set(ageMs, known);
    return known;
  }

  return {
    fleet,
    take,
    takeLate,
    spoilCreates: (ways, fault, order) => spoilCreates(simulator, { ways, fault, order }),
    endOf: (taken) => endOf(fleet, listener, taken),
    heard: () => listener.events,
    async close() {
      await listener.stop();
      await fleet.close();
    },
  };
}

async function spoilCreates<T>(
  simulator: Simulator,
  { ways, fault, order }: { ways: readonly Way[]; fault: Fault; order: (way: Way) => Promise<T> },
) {
  const seen = new Set<string>();
  const isFirst = (outTradeNo: string) => seen.size < seen.add(outTradeNo).size;
  for (const channel of new Set(ways.map((way) => way.channel))) {
    const times = ways.filter((way) => way.channel === channel).length;
    simulator.faults.script({ channel, operation: "create", match: isFirst, times, fault });
  }
  const taken = await Promise.all(ways.map(async (way) => [way, await order(way)] as const));
  if (seen.size !== ways.length) throw new Error(`${seen.size} of ${ways.length} orders were spoilt`);
  return new Map(taken);
}

async function endOf(
  { client, simulator }: Fleet,
  listener: Listener,
  { paymentNo, attemptNo, code }: Taken,
): Promise<End> {
  const events = await listener.heard(paymentNo, PATIENCE_MS);
  const { status, attempts, heldReceipts } = await client.payments.get.query({ paymentNo });
  const isPayable = await code()
    .then(simulator.payer.pay)
    .then(
      () => true,
      () => false,
    );
  const trade = simulator.ledger().find(({ outTradeNo }) => outTradeNo === attemptNo);
  return {
    status,
    events: events.map(({ type, sequence }) => `${sequence} ${type}`),
    attempts: attempts.length,
    held: heldReceipts.length,
    isCharged: trade?.state === "paid",
    isPayable,
  };
}
