import type { Clock } from "@payhub/domain";
import {
  ensureSequencer,
  findUnpublishedEvents,
  insertDeliveries,
  lockSequencer,
  placeEvents,
  type Store,
  setSequencer,
  type WakeUps,
} from "@payhub/store";

/** Gives committed events their places in the distribution log and hands them to the apps. */
export interface EventPublisher {
  /** Publishes what is there; resolves with the number published. Safe in any number of processes. */
  publish(): Promise<number>;
  /** Publishes in the background; calls that come while it runs are served by one more run. */
  soon(): void;
  /** Waits for what `soon` began. */
  settled(): Promise<void>;
}

/** The topic on which an app's consumers wait. */
export function eventTopic(appId: string): string {
  return `events:${appId}`;
}

const SEQUENCER = "event";
const BATCH = 200;

interface Source {
  store: Store;
  wakeUps: WakeUps;
  clock: Clock;
  onError: (error: unknown) => void;
}

/** Makes the publisher of one process. */
export function createEventPublisher(source: Source): EventPublisher {
  let ready = false;
  let running: Promise<void> | undefined;
  let again = false;

  async function publish(): Promise<number> {
    if (!ready) await ensureSequencer(source.store.db, SEQUENCER, source.clock.now());
    ready = true;
    let total = 0;
    for (;;) {
      const published = await publishBatch(source);
      total += published;
      if (published < BATCH) return total;
    }
  }

  async function run(): Promise<void> {
    do {
      again = false;
      await publish();
    } while (again);
  }

  return {
    publish,
    soon() {
      if (running) {
        again = true;
        return;
      }
      running = run()
        .catch(source.onError)
        .finally(() => {
          running = undefined;
        });
    },
    async settled() {
      while (running) await running;
    },
  };
}

async function publishBatch({ store, wakeUps, clock }: Source): Promise<number> {
  const appIds = new Set<string>();
  const published = await store.transaction(async (tx) => {
    appIds.clear();
    const last = await lockSequencer(tx, SEQUENCER, store.dialect);
    const events = await findUnpublishedEvents(tx, BATCH);
    if (events.length === 0) return 0;
    const nowMs = clock.now();
    const placed = events.map((event, index) => ({ ...event, position: last + index + 1 }));
    await placeEvents(tx, placed, nowMs);
    await insertDeliveries(
      tx,
      placed.map(({ appId, eventId, paymentNo, position }) => ({
        appId,
        eventId,
        paymentNo,
        position,
        status: "pending" as const,
        leaseToken: null,
        leasedUntil: 0,
        deliveryCount: 0,
        acknowledgedAt: null,
        createdAt: nowMs,
        updatedAt: nowMs,
      })),
    );
    await setSequencer(tx, SEQUENCER, last + placed.length, nowMs);
    for (const { appId } of placed) appIds.add(appId);
    return placed.length;
  });
  for (const appId of appIds) wakeUps.notify(eventTopic(appId));
  return published;
}
