import { Agent, request } from "undici";
import type { Book, Collection } from "./book.ts";
import type { Callback, CallbackKind, CallbackSender, Delivery, Disguise, NewCallback } from "./callbacks.ts";
import type { Channel } from "./channel.ts";
import type { Cancel, SimClock } from "./clock.ts";
import { SimulatorError } from "./error.ts";
import type { CallbackFault, Faults } from "./faults.ts";

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

/** Delivers callbacks over HTTP along each channel's retry table; what is owed is kept in the book. */
export function createCallbackSender(options: CallbackSenderOptions): CallbackSender {
  return new RetryingSender(options);
}

class RetryingSender implements CallbackSender {
  readonly #clock: SimClock;
  readonly #faults: Faults;
  readonly #timeoutMs: number;
  readonly #owed: Collection<Callback>;
  readonly #kinds = new Map<Channel, CallbackKind>();
  readonly #timers = new Map<string, Cancel>();
  readonly #heldBack = new Map<Channel, Callback[]>();
  readonly #running = new Set<Promise<unknown>>();
  readonly #log: Delivery[] = [];
  readonly #sending = new Set<AbortController>();
  #stopped = false;
  readonly #dispatcher = new Agent({ maxResponseSize: maxResponseBytes });

  constructor({ clock, faults, book, timeoutMs = 5000 }: CallbackSenderOptions) {
    this.#clock = clock;
    this.#faults = faults;
    this.#timeoutMs = timeoutMs;
    this.#owed = book.collection<Callback>("callback");
  }

  register(channel: Channel, kind: CallbackKind): void {
    this.#kinds.set(channel, kind);
  }

  enqueue(callback: NewCallback): void {
    const fresh: Callback = { topic: "payment", ...callback, attempts: 0, done: false };
    this.#owed.put(fresh.id, fresh);
    this.#arm(fresh, 0);
  }

  resume(): void {
    for (const callback of this.pending()) this.#arm(callback, 0);
  }

  async deliverNow(id: string): Promise<Delivery> {
    const callback = this.#owed.get(id);
    if (!callback) throw new SimulatorError("UNKNOWN_CALLBACK", `no callback has the id ${id}`);
    this.#disarm(id);
    return this.#attempt(callback, this.#faults.takeCallback(callback));
  }

  pending(): Callback[] {
    return this.#owed.list().filter(({ done }) => !done);
  }

  deliveries(): Delivery[] {
    return [...this.#log];
  }

  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    // An error object per socket: urllib, in alipay-sdk, patches `Socket.destroy` and throws on a shared one.
    for (const cut of this.#sending) cut.abort(new Error("the simulator stops"));
    await this.#dispatcher.close();
  }

  #arm(callback: Callback, delayMs: number): void {
    this.#disarm(callback.id);
    const fire = () => {
      this.#timers.delete(callback.id);
      const settled: Promise<unknown> = this.#comeDue(callback).finally(() => this.#running.delete(settled));
      this.#running.add(settled);
    };
    this.#timers.set(callback.id, this.#clock.schedule(delayMs, fire));
  }

  #disarm(id: string): void {
    this.#timers.get(id)?.();
    this.#timers.delete(id);
  }

  /** Scripted faults of time come first: a late delivery, or one that waits for the next callback to overtake it. */
  async #comeDue(callback: Callback): Promise<void> {
    const fault = this.#faults.takeCallback(callback);
    if (typeof fault === "object" && fault.kind === "reorder") {
      this.#heldBack.set(callback.channel, [...(this.#heldBack.get(callback.channel) ?? []), callback]);
      return this.#arm(callback, this.#kindOf(callback.channel).retryTableMs[0] ?? 0);
    }
    if (typeof fault === "object" && fault.kind === "delay") await this.#clock.sleep(fault.ms);
    await this.#attempt(callback, fault);
    await this.#release(callback);
  }

  /** One slot of the retry table: zero, one or many deliveries. */
  async #attempt(callback: Callback, fault: CallbackFault | undefined): Promise<Delivery> {
    if (fault === "lost") {
      const lost = this.#record(callback, { status: 0, body: "", accepted: false, fault });
      this.#settle(callback, lost);
      return lost;
    }
    const count = typeof fault === "object" && fault.kind === "duplicate" ? fault.count : 1;
    const disguise = disguiseOf(fault);
    const sent = await Promise.all(Array.from({ length: count }, () => this.#send(callback, disguise)));
    const delivery = sent.find(({ accepted }) => accepted) ?? sent[0];
    if (!delivery) throw new Error("a duplicate fault needs a count of at least 1");
    this.#settle(callback, delivery);
    return delivery;
  }

  async #send(callback: Callback, disguise: Disguise | undefined): Promise<Delivery> {
    const kind = this.#kindOf(callback.channel);
    const fault = disguise?.kind;
    const cut = new AbortController();
    this.#sending.add(cut);
    try {
      const { headers, body } = kind.render(callback, disguise);
      const signal = AbortSignal.any([AbortSignal.timeout(this.#timeoutMs), cut.signal]);
      const answer = await request(callback.url, {
        method: "POST",
        headers,
        body,
        signal,
        dispatcher: this.#dispatcher,
      });
      const text = (await answer.body.text()).slice(0, maxBodyChars);
      const status = answer.statusCode;
      return this.#record(callback, { status, body: text, accepted: kind.accepted({ status, body: text }), fault });
    } catch (error) {
      return this.#record(callback, { status: 0, body: String(error), accepted: false, fault });
    } finally {
      this.#sending.delete(cut);
    }
  }

  /** A forgery is not the channel's own message: whatever it was answered, the true one is still owed. */
  #settle(callback: Callback, delivery: Delivery): void {
    if (this.#stopped) return;
    const forgery = delivery.fault === "forged" || delivery.fault === "probe";
    callback.attempts += 1;
    callback.done ||= delivery.accepted && !forgery;
    const delayMs = callback.done ? undefined : this.#kindOf(callback.channel).retryTableMs[callback.attempts - 1];
    if (delayMs === undefined) callback.done = true;
    else this.#arm(callback, delayMs);
    this.#owed.put(callback.id, callback);
  }

  /** Sends what the reorder fault held back until after `earlier`. */
  async #release(earlier: Callback): Promise<void> {
    const late = (this.#heldBack.get(earlier.channel) ?? []).filter(({ id, done }) => id !== earlier.id && !done);
    this.#heldBack.delete(earlier.channel);
    for (const callback of late) {
      this.#disarm(callback.id);
      await this.#attempt(callback, undefined);
    }
  }

  #record(callback: Callback, answer: Pick<Delivery, "status" | "body" | "accepted" | "fault">): Delivery {
    const { id, channel, outTradeNo, topic, url } = callback;
    const delivery = { callbackId: id, channel, outTradeNo, topic, at: this.#clock.now(), url, ...answer };
    this.#log.push(delivery);
    if (this.#log.length > maxDeliveries) this.#log.shift();
    return delivery;
  }

  #kindOf(channel: Channel): CallbackKind {
    const kind = this.#kinds.get(channel);
    if (!kind) throw new Error(`no callback kind is registered for ${channel}`);
    return kind;
  }
}

function disguiseOf(fault: CallbackFault | undefined): Disguise | undefined {
  if (fault === "forged" || fault === "probe") return { kind: fault };
  if (typeof fault === "object" && (fault.kind === "wrong_amount" || fault.kind === "wrong_merchant")) return fault;
  return undefined;
}
