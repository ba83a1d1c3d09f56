import type { PayhubClient, PayhubEvent } from "@payhub/client";
import { vi } from "vitest";

/** An app that takes its events as the client hands them out. */
export interface Listener {
  /** Everything that was handled, in that order. */
  events: PayhubEvent[];
  /** Waits until a payment had an event, and gives all that it had. */
  heard(paymentNo: string, timeoutMs?: number): Promise<PayhubEvent[]>;
  stop(): Promise<void>;
}

// Shorter than any test waits: what a dead process had handed out comes again.
const LEASE_MS = 4_000;

/** Consumes an app's events until stopped. */
export function listen(client: PayhubClient): Listener {
  const events: PayhubEvent[] = [];
  const options = { waitMs: 1_000, leaseMs: LEASE_MS, onError: () => {} };
  const consumer = client.events.consume((event) => void events.push(event), options);
  return {
    events,
    async heard(paymentNo, timeoutMs = 20_000) {
      const own = () => events.filter((event) => event.paymentNo === paymentNo);
      await vi.waitUntil(() => own().length > 0, { timeout: timeoutMs, interval: 50 });
      return own();
    },
    stop: () => consumer.stop(),
  };
}
