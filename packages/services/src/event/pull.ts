import { issueNumber, type PayhubEvent } from "@payhub/domain";
import { findEvents, findPendingDeliveries, leaseDeliveries, lockDeliveries } from "@payhub/store";
import type { Caller, ServiceContext } from "../context.ts";
import { eventTopic } from "./publisher.ts";

/** An event at its place in the log. */
export type PositionedEvent = PayhubEvent & { position: number };

/** A batch of events that is one caller's alone until `leasedUntil` (epoch ms; null when the batch is empty). */
export interface EventBatch {
  events: PositionedEvent[];
  leasedUntil: number | null;
}

const SCAN = 200;
const SCANS_AT_MOST = 20;
const ASK_AGAIN_MS = 1_000;

/**
 * Leases an app's next events, waiting up to `waitMs` for a first one. In order per payment: an event is handed out only
 * when all earlier ones of its payment are acknowledged or in the same batch.
 */
export async function pullEvents(
  ctx: ServiceContext,
  { appId }: Caller,
  input: { limit: number; waitMs: number; leaseMs: number },
  signal: AbortSignal,
): Promise<EventBatch> {
  const listener = ctx.coordination.wakeUps.listen(eventTopic(appId));
  const deadline = performance.now() + input.waitMs;
  try {
    for (;;) {
      await ctx.publisher.publish();
      const batch = await leaseBatch(ctx, appId, input);
      const leftMs = deadline - performance.now();
      if (batch.events.length > 0 || leftMs <= 0 || signal.aborted) return batch;
      await listener.next(Math.min(leftMs, ASK_AGAIN_MS), signal);
    }
  } finally {
    listener.close();
  }
}

async function leaseBatch(
  ctx: ServiceContext,
  appId: string,
  { limit, leaseMs }: { limit: number; leaseMs: number },
): Promise<EventBatch> {
  const { store } = ctx;
  const leased = await store.transaction(async (tx) => {
    await lockDeliveries(tx, appId, store.dialect);
    const nowMs = ctx.clock.now();
    const free: { id: number; eventId: string }[] = [];
    const blocked = new Set<string>();
    let after = 0;
    for (let scan = 0; scan < SCANS_AT_MOST && free.length < limit; scan++) {
      const rows = await findPendingDeliveries(tx, { appId, after, limit: SCAN });
      for (const row of rows) {
        if (row.leasedUntil > nowMs) blocked.add(row.paymentNo);
        if (!blocked.has(row.paymentNo) && free.length < limit) free.push(row);
      }
      const last = rows.at(-1);
      if (!last || rows.length < SCAN) break;
      after = last.position;
    }
    if (free.length === 0) return undefined;
    const untilMs = nowMs + leaseMs;
    const token = issueNumber("event", ctx);
    await leaseDeliveries(tx, { ids: free.map(({ id }) => id), token, untilMs, nowMs });
    return { eventIds: free.map(({ eventId }) => eventId), untilMs };
  });
  if (!leased) return { events: [], leasedUntil: null };
  const events = await findEvents(store.db, leased.eventIds);
  return { events: events.map(withPosition), leasedUntil: leased.untilMs };
}

/** An event row as the log shows it; only published events have a place. */
export function withPosition<Row extends PayhubEvent & { position: number | null }>(row: Row): PositionedEvent {
  if (row.position === null) throw new Error(`event ${row.eventId} is not published`);
  return { ...row, position: row.position };
}
