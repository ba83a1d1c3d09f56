import { backOffMs } from "../back-off.ts";
import { Recent } from "./recent.ts";

/** As much of an event as its order needs. */
export interface Ordered {
  eventId: string;
  paymentNo: string;
  sequence: number;
}

/** What the lanes need from outside. */
export interface LaneWork<Event> {
  concurrency: number;
  /** No more room while this many events are held. */
  maxHeld: number;
  handle(event: Event): Promise<void>;
  acknowledge(eventId: string): Promise<void>;
  /** Told of each failure; must not throw. */
  report(error: unknown, event: Event): void;
  nowMs(): number;
}

interface Held<Event> {
  event: Event;
  leasedUntilMs: number;
}

interface Lane<Event> {
  paymentNo: string;
  held: Held<Event>[];
  timer?: ReturnType<typeof setTimeout>;
}

const BACK_OFF = { baseMs: 500, maxMs: 30_000 };
const REMEMBERED = 10_000;

/**
 * One lane per payment: its events run one after another in order of `sequence`, each acknowledged before the next begins; lanes run
 * side by side. A failed event rests and runs again before the others of its lane. What outlived its lease is let go: the server
 * hands it out again.
 */
export class Lanes<Event extends Ordered> {
  readonly #work: LaneWork<Event>;
  readonly #lanes = new Map<string, Lane<Event>>();
  readonly #ready: Lane<Event>[] = [];
  readonly #failures = new Recent<number>(REMEMBERED);
  readonly #handled = new Recent<true>(REMEMBERED);
  readonly #watchers = new Set<() => void>();
  #running = 0;
  #heldCount = 0;
  #stopped = false;

  constructor(work: LaneWork<Event>) {
    this.#work = work;
  }

  /** Takes a leased batch; an event that is already here only gets its new lease. */
  offer(events: readonly Event[], leasedUntilMs: number): void {
    for (const event of events) {
      const lane = this.#lanes.get(event.paymentNo) ?? this.#open(event.paymentNo);
      const known = lane.held.find((held) => held.event.eventId === event.eventId);
      if (known) {
        known.leasedUntilMs = leasedUntilMs;
        continue;
      }
      lane.held.push({ event, leasedUntilMs });
      this.#heldCount++;
    }
    this.#pump();
  }

  /** Resolves when another batch is wanted: a slot is free and nobody waits for it. */
  room(): Promise<void> {
    return this.#until(() => this.#stopped || this.#hasRoom());
  }

  /** Starts nothing any more; resolves when what runs has ended and was acknowledged. */
  stop(): Promise<void> {
    this.#stopped = true;
    for (const lane of this.#lanes.values()) clearTimeout(lane.timer);
    this.#changed();
    return this.#until(() => this.#running === 0);
  }

  #hasRoom(): boolean {
    return this.#running < this.#work.concurrency && this.#ready.length === 0 && this.#heldCount < this.#work.maxHeld;
  }

  #open(paymentNo: string): Lane<Event> {
    const lane: Lane<Event> = { paymentNo, held: [] };
    this.#lanes.set(paymentNo, lane);
    this.#ready.push(lane);
    return lane;
  }

  #pump(): void {
    while (!this.#stopped && this.#running < this.#work.concurrency) {
      const lane = this.#ready.shift();
      if (!lane) break;
      this.#running++;
      void this.#runNext(lane).then(() => {
        this.#running--;
        this.#pump();
      });
    }
    this.#changed();
  }

  async #runNext(lane: Lane<Event>): Promise<void> {
    lane.held.sort((a, b) => a.event.sequence - b.event.sequence);
    const [next] = lane.held;
    if (!next || next.leasedUntilMs <= this.#work.nowMs()) return this.#drop(lane);
    const { event } = next;
    const failed = await this.#handle(event);
    if (failed !== undefined) return this.#rest(lane, next, failed);
    try {
      await this.#work.acknowledge(event.eventId);
    } catch (error) {
      this.#work.report(error, event);
      return this.#drop(lane);
    }
    lane.held.splice(lane.held.indexOf(next), 1);
    this.#heldCount--;
    if (lane.held.length === 0) this.#drop(lane);
    else this.#ready.push(lane);
  }

  /** Runs the handler, unless it already ran for this event; answers how often it failed in a row, or undefined if it did not. */
  async #handle(event: Event): Promise<number | undefined> {
    if (this.#handled.get(event.eventId)) return undefined;
    try {
      await this.#work.handle(event);
    } catch (error) {
      const failures = (this.#failures.get(event.eventId) ?? 0) + 1;
      this.#failures.set(event.eventId, failures);
      this.#work.report(error, event);
      return failures;
    }
    this.#failures.delete(event.eventId);
    this.#handled.set(event.eventId, true);
    return undefined;
  }

  #rest(lane: Lane<Event>, next: Held<Event>, failures: number): void {
    if (this.#stopped) return;
    const restMs = backOffMs(failures, BACK_OFF);
    if (this.#work.nowMs() + restMs >= next.leasedUntilMs) {
      this.#drop(lane);
      return;
    }
    lane.timer = setTimeout(() => {
      this.#ready.push(lane);
      this.#pump();
    }, restMs);
  }

  #drop(lane: Lane<Event>): void {
    this.#heldCount -= lane.held.length;
    lane.held = [];
    this.#lanes.delete(lane.paymentNo);
  }

  #until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve) => {
      const watcher = () => {
        if (!condition()) return;
        this.#watchers.delete(watcher);
        resolve();
      };
      this.#watchers.add(watcher);
    });
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher();
  }
}
