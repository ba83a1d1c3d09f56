import { Agent, request } from "undici";
import type { Book } from "./book.ts";
import type { Channel } from "./channel.ts";
import type { Cancel, SimClock } from "./clock.ts";
import { SimulatorError } from "./error.ts";
import type { CallbackFault, Faults } from "./faults.ts";

/** A notification that the channel owes to a merchant's URL; `id` is the channel's own notification id. */
export interface Callback {
  id: string;
  channel: Channel;
  outTradeNo: string;
  /** Key of what it is about in the channel's own books. */
  subjectKey: string;
  url: string;
  /** Deliveries made so far, lost ones included. */
  attempts: number;
  done: boolean;
}

/** The part of a callback fault that changes the message itself. */
export type Disguise =
  | { kind: "forged" }
  | { kind: "probe" }
  | { kind: "wrong_amount"; amount: number }
  | { kind: "wrong_merchant" };

export interface CallbackMessage {
  headers: Record<string, string>;
  body: string;
}

/** How one channel notifies. */
export interface CallbackKind {
  /** Renders a freshly signed message, anew for each delivery. */
  render(callback: Callback, disguise: Disguise | undefined): CallbackMessage;
  accepted(answer: { status: number; body: string }): boolean;
  /** Waits before each retry, in ms. */
  retryTableMs: readonly number[];
}

/** One delivery; `status` 0 means no answer came (`body` says why), `at` is epoch ms. */
export interface Delivery {
  callbackId: string;
  channel: Channel;
  outTradeNo: string;
  at: number;
  url: string;
  status: number;
  body: string;
  accepted: boolean;
  fault?: string | undefined;
}

export interface CallbackSender {
  /** Says how a channel notifies; once per channel, before anything is sent. */
  register(channel: Channel, kind: CallbackKind): void;
  /** Owes a callback and sends it at once (after the current turn). */
  enqueue(callback: Pick<Callback, "id" | "channel" | "outTradeNo" | "subjectKey" | "url">): void;
  /** Takes up the callbacks that a stopped simulator still owed. */
  resume(): void;
  /** Delivers now whatever the retry table says, even when it was accepted before. */
  deliverNow(id: string): Promise<Delivery>;
  pending(): Callback[];
  deliveries(): Delivery[];
  /** Resolves once nothing is being delivered at this moment. */
  idle(): Promise<void>;
  /** Cuts what is under way; it stays owed. */
  stop(): Promise<void>;
}

export interface CallbackSenderOptions {
  clock: SimClock;
  faults: Faults;
  book: Book;
  /** How long the merchant may take to answer; 5 s by default, as at both channels. */
  timeoutMs?: number | undefined;
}

const maxDeliveries = 100_000;
const maxBodyChars = 4096;
const maxResponseBytes = 65_536;

export function createCallbackSender({ clock, faults, book, timeoutMs = 5000 }: CallbackSenderOptions): CallbackSender {
  const owed = book.collection<Callback>("callback");
  const kinds = new Map<Channel, CallbackKind>();
  const timers = new Map<string, Cancel>();
  const heldBack = new Map<Channel, Callback[]>();
  const running = new Set<Promise<unknown>>();
  const sending = new Set<AbortController>();
  let stopped = false;
  const dispatcher = new Agent({ maxResponseSize: maxResponseBytes });
  const log: Delivery[] = [];

  function kindOf(channel: Channel): CallbackKind {
    const kind = kinds.get(channel);
    if (!kind) throw new Error(`no callback kind is registered for ${channel}`);
    return kind;
  }

  function arm(callback: Callback, delayMs: number): void {
    timers.get(callback.id)?.();
    timers.set(
      callback.id,
      clock.schedule(delayMs, () => {
        timers.delete(callback.id);
        track(attempt(callback));
      }),
    );
  }

  function track<T>(work: Promise<T>): void {
    const settled: Promise<unknown> = work.finally(() => running.delete(settled));
    running.add(settled);
  }

  function record(callback: Callback, answer: Pick<Delivery, "status" | "body" | "accepted" | "fault">): Delivery {
    const { id, channel, outTradeNo, url } = callback;
    const delivery = { callbackId: id, channel, outTradeNo, at: clock.now(), url, ...answer };
    log.push(delivery);
    if (log.length > maxDeliveries) log.shift();
    return delivery;
  }

  async function send(callback: Callback, disguise?: Disguise): Promise<Delivery> {
    const kind = kindOf(callback.channel);
    const fault = disguise?.kind;
    const cut = new AbortController();
    sending.add(cut);
    try {
      const { headers, body } = kind.render(callback, disguise);
      const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), cut.signal]);
      const answer = await request(callback.url, { method: "POST", headers, body, signal, dispatcher });
      const text = (await answer.body.text()).slice(0, maxBodyChars);
      const accepted = kind.accepted({ status: answer.statusCode, body: text });
      return record(callback, { status: answer.statusCode, body: text, accepted, fault });
    } catch (error) {
      return record(callback, { status: 0, body: String(error), accepted: false, fault });
    } finally {
      sending.delete(cut);
    }
  }

  /** One slot of the retry table: zero, one or many deliveries, depending on the fault. */
  async function attempt(callback: Callback, forced = false): Promise<Delivery | undefined> {
    const fault = faults.takeCallback(callback);
    const kind = typeof fault === "string" ? fault : fault?.kind;
    if (!forced && typeof fault === "object" && fault.kind === "delay") {
      await clock.sleep(fault.ms);
      return settle(callback, await send(callback));
    }
    if (!forced && kind === "reorder") {
      heldBack.set(callback.channel, [...(heldBack.get(callback.channel) ?? []), callback]);
      arm(callback, kindOf(callback.channel).retryTableMs[0] ?? 0);
      return undefined;
    }
    if (kind === "lost")
      return settle(callback, record(callback, { status: 0, body: "", accepted: false, fault: kind }));
    const count = typeof fault === "object" && fault.kind === "duplicate" ? fault.count : 1;
    const disguise = disguiseOf(fault);
    const sent = await Promise.all(Array.from({ length: count }, () => send(callback, disguise)));
    const delivery = sent.find((one) => one.accepted) ?? sent[0];
    if (!delivery) throw new Error("a duplicate fault needs a count of at least 1");
    settle(callback, delivery);
    await release(callback);
    return delivery;
  }

  /** Sends what the reorder fault held back until after `earlier`. */
  async function release(earlier: Callback): Promise<void> {
    const late = (heldBack.get(earlier.channel) ?? []).filter(({ id, done }) => id !== earlier.id && !done);
    heldBack.delete(earlier.channel);
    for (const callback of late) {
      timers.get(callback.id)?.();
      settle(callback, await send(callback));
    }
  }

  /** A forgery is not the channel's own message: whatever it was answered, the true one is still owed. */
  function settle(callback: Callback, delivery: Delivery): Delivery {
    if (stopped) return delivery;
    const forgery = delivery.fault === "forged" || delivery.fault === "probe";
    callback.attempts += 1;
    callback.done ||= delivery.accepted && !forgery;
    const delayMs = callback.done ? undefined : kindOf(callback.channel).retryTableMs[callback.attempts - 1];
    if (delayMs === undefined) callback.done = true;
    else arm(callback, delayMs);
    owed.put(callback.id, callback);
    return delivery;
  }

  return {
    register: (channel, kind) => void kinds.set(channel, kind),
    enqueue(callback) {
      const fresh: Callback = { ...callback, attempts: 0, done: false };
      owed.put(fresh.id, fresh);
      arm(fresh, 0);
    },
    resume() {
      for (const callback of owed.list()) if (!callback.done) arm(callback, 0);
    },
    async deliverNow(id) {
      const callback = owed.get(id);
      if (!callback) throw new SimulatorError("UNKNOWN_CALLBACK", `no callback has the id ${id}`);
      timers.get(id)?.();
      const delivery = await attempt(callback, true);
      if (!delivery) throw new Error("a forced delivery is always made");
      return delivery;
    },
    pending: () => owed.list().filter((callback) => !callback.done),
    deliveries: () => [...log],
    async idle() {
      while (running.size > 0) await Promise.all(running);
    },
    async stop() {
      stopped = true;
      // One error object per socket: urllib (in alipay-sdk) patches `Socket.destroy` and throws on a shared one.
      for (const cut of sending) cut.abort(new Error("the simulator stops"));
      await dispatcher.close();
    },
  };
}

function disguiseOf(fault: CallbackFault | undefined): Disguise | undefined {
  if (fault === "forged" || fault === "probe") return { kind: fault };
  if (typeof fault === "object" && (fault.kind === "wrong_amount" || fault.kind === "wrong_merchant")) return fault;
  return undefined;
}
