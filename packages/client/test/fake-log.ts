import type { PositionedEvent } from "@payhub/contract";
import type { FakePayhub } from "./fake-payhub.ts";

/** A distribution log in memory: leases batches in order per payment, waits for a first event, forgets what is acknowledged. */
export function startEventLog(payhub: FakePayhub, events: PositionedEvent[]) {
  const log = [...events];
  const leases = new Map<string, number>();
  const acknowledged: number[] = [];
  const leased = (eventId: string) => (leases.get(eventId) ?? 0) > Date.now();
  const take = (limit: number, leaseMs: number) => {
    const blocked = new Set(log.filter(({ eventId }) => leased(eventId)).map(({ paymentNo }) => paymentNo));
    const batch = log.filter(({ paymentNo }) => !blocked.has(paymentNo)).slice(0, limit);
    for (const { eventId } of batch) leases.set(eventId, Date.now() + leaseMs);
    return batch;
  };
  payhub.events.pull = async (_, { limit, waitMs, leaseMs }, signal) => {
    const endsMs = Date.now() + waitMs;
    for (;;) {
      const batch = take(limit, leaseMs);
      if (batch.length > 0) return { events: batch, leasedUntil: Date.now() + leaseMs };
      if (signal.aborted || Date.now() >= endsMs) return { events: [], leasedUntil: null };
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  payhub.events.ack = async (_, { eventIds }) => {
    for (const eventId of eventIds) {
      const index = log.findIndex((event) => event.eventId === eventId);
      const [event] = index < 0 ? [] : log.splice(index, 1);
      if (event) acknowledged.push(event.sequence);
    }
    return { acknowledged: eventIds.length };
  };
  return {
    pending: () => log.length,
    isLeased: leased,
    acknowledged: () => acknowledged,
    append: (more: PositionedEvent[]) => void log.push(...more),
  };
}
