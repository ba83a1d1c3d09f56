import { backOffMs, pause } from "../back-off.ts";
import { type Clock, checkRange } from "../options.ts";
import { createAcknowledger } from "./acknowledge.ts";
import { Lanes, type Ordered } from "./lanes.ts";

/** How a consumer works; every field has a default. */
export interface ConsumeOptions<Event> {
  /** How many payments are handled at a time; 4. */
  concurrency?: number;
  /** How many events are fetched at a time; 20, at most 100. */
  batch?: number;
  /** How long the server may wait for a first event, in ms; 20,000, at most 30,000. */
  waitMs?: number;
  /** How long fetched events are this consumer's alone, in ms; 30,000. A handler should be done well within it. */
  leaseMs?: number;
  /** Told of each failure, with the event if a handler failed; without it each is a process warning. Everything is tried again. */
  onError?: (error: unknown, event: Event | undefined) => void;
  /** Stops the consumer like `stop()`. */
  signal?: AbortSignal;
}

/** A running consumer. */
export interface Consumer {
  /** Fetches no more; resolves when the running handlers have ended and their events are acknowledged. */
  stop(): Promise<void>;
  /** Resolves once the consumer has stopped. */
  finished: Promise<void>;
}

/** The calls that a consumer makes. */
export interface ConsumePorts<Event> {
  pull(input: { limit: number; waitMs: number; leaseMs: number }, signal: AbortSignal): Promise<{ events: Event[] }>;
  ack(eventIds: string[]): Promise<unknown>;
  clock: Clock;
}

/** Handles one event; it is acknowledged once this resolves, and handed out again when it rejects. */
export type EventHandler<Event> = (event: Event) => void | Promise<void>;

const BACK_OFF = { baseMs: 500, maxMs: 30_000 };
const IDLE_MS = 1_000;
const HELD_BATCHES = 10;
// The lease began before its answer arrived here.
const LEASE_SHARE = 0.9;

/** Pulls events and hands them to the handler: at least once, in order per payment, different payments side by side. */
export function consumeEvents<Event extends Ordered>(
  { pull, ack, clock }: ConsumePorts<Event>,
  handler: EventHandler<Event>,
  options: ConsumeOptions<Event>,
): Consumer {
  const { concurrency = 4, batch = 20, waitMs = 20_000, leaseMs = 30_000, onError = warn, signal } = options;
  checkRange("concurrency", concurrency, { min: 1, max: 1_000 });
  checkRange("batch", batch, { min: 1, max: 100 });
  checkRange("waitMs", waitMs, { min: 0, max: 30_000 });
  checkRange("leaseMs", leaseMs, { min: 1_000, max: 600_000 });
  const stopping = new AbortController();
  const report = guarded(onError);
  const lanes = new Lanes<Event>({
    concurrency,
    maxHeld: batch * HELD_BATCHES,
    handle: async (event) => handler(event),
    acknowledge: createAcknowledger(ack),
    report,
    nowMs: () => clock.now(),
  });
  const fetchBatches = async () => {
    let failures = 0;
    for (;;) {
      await lanes.room();
      if (stopping.signal.aborted) return;
      const askedMs = clock.now();
      try {
        const { events } = await pull({ limit: batch, waitMs, leaseMs }, stopping.signal);
        failures = 0;
        lanes.offer(events, clock.now() + leaseMs * LEASE_SHARE);
        // A server that is shutting down, or one not asked to wait, answers at once that there is nothing.
        if (events.length === 0) await pause(askedMs + IDLE_MS - clock.now(), stopping.signal);
      } catch (error) {
        if (stopping.signal.aborted) return;
        report(error, undefined);
        await pause(backOffMs(++failures, BACK_OFF), stopping.signal);
      }
    }
  };
  const finished = fetchBatches().then(() => lanes.stop());
  const stop = () => {
    stopping.abort();
    void lanes.stop();
    return finished;
  };
  if (signal?.aborted) void stop();
  signal?.addEventListener("abort", stop, { once: true });
  return { stop, finished };
}

function guarded<Event>(onError: (error: unknown, event: Event | undefined) => void): typeof onError {
  return (error, event) => {
    try {
      onError(error, event);
    } catch (thrown) {
      warn(thrown);
    }
  };
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error.message : String(error), "PayhubWarning");
}
