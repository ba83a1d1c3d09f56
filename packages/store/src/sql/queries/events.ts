import type { PayhubEvent } from "@payhub/domain";
import { type Expression, sql } from "kysely";
import type { Delivery } from "../database.ts";
import { lock } from "../lock.ts";
import type { Db } from "../open.ts";
import type { Dialect } from "../orm.ts";

/** Writes events in the transaction that moves the states. */
export async function insertEvents(tx: Db, events: readonly PayhubEvent[]): Promise<void> {
  if (events.length === 0) return;
  await tx
    .insertInto("event")
    .values(
      events.map((event) => ({
        ...event,
        position: null,
        createdAt: event.occurredAt,
        updatedAt: event.occurredAt,
      })),
    )
    .execute();
}

/** Committed events that have no place in the log yet, in the order they were written. */
export async function findUnpublishedEvents(tx: Db, limit: number) {
  return tx
    .selectFrom("event")
    .select(["id", "eventId", "appId", "paymentNo", "sequence"])
    .where("position", "is", null)
    .orderBy("id")
    .limit(limit)
    .execute();
}

/** Gives events their places in the log, all in one statement. */
export async function placeEvents(
  tx: Db,
  places: readonly { id: number; position: number }[],
  nowMs: number,
): Promise<void> {
  const cases = sql.join(
    places.map(({ id, position }) => sql`when ${id} then ${position}`),
    sql` `,
  );
  await tx
    .updateTable("event")
    .set({ position: sql`case ${sql.ref("id")} ${cases} end` as Expression<number>, updatedAt: nowMs })
    .where(
      "id",
      "in",
      places.map(({ id }) => id),
    )
    .execute();
}

/** The part of an app's log after a position. */
export async function findEventsAfter(db: Db, page: { appId: string; after: number; limit: number }) {
  return db
    .selectFrom("event")
    .selectAll()
    .where("appId", "=", page.appId)
    .where("position", ">", page.after)
    .orderBy("position")
    .limit(page.limit)
    .execute();
}

/** Events by their ids. */
export async function findEvents(db: Db, eventIds: readonly string[]) {
  if (eventIds.length === 0) return [];
  return db.selectFrom("event").selectAll().where("eventId", "in", eventIds).orderBy("position").execute();
}

/** Stores deliveries. */
export async function insertDeliveries(tx: Db, deliveries: readonly Omit<Delivery, "id">[]): Promise<void> {
  if (deliveries.length > 0)
    await tx
      .insertInto("delivery")
      .values([...deliveries])
      .execute();
}

/** Lets one process at a time hand out an app's deliveries. */
export async function lockDeliveries(tx: Db, appId: string, dialect: Dialect): Promise<void> {
  await lock(tx.selectFrom("app").select("id").where("appId", "=", appId), dialect).execute();
}

/** Unacknowledged deliveries of an app after a position, in order. */
export async function findPendingDeliveries(tx: Db, page: { appId: string; after: number; limit: number }) {
  return tx
    .selectFrom("delivery")
    .select(["id", "position", "eventId", "paymentNo", "leasedUntil"])
    .where("appId", "=", page.appId)
    .where("status", "=", "pending")
    .where("position", ">", page.after)
    .orderBy("position")
    .limit(page.limit)
    .execute();
}

/** Leases deliveries to one caller. */
export async function leaseDeliveries(
  tx: Db,
  lease: { ids: readonly number[]; token: string; untilMs: number; nowMs: number },
): Promise<void> {
  await tx
    .updateTable("delivery")
    .set((row) => ({
      leaseToken: lease.token,
      leasedUntil: lease.untilMs,
      deliveryCount: row("deliveryCount", "+", 1),
      updatedAt: lease.nowMs,
    }))
    .where("id", "in", lease.ids)
    .execute();
}

/** Acknowledges an app's deliveries; tells how many were pending. */
export async function acknowledgeDeliveries(
  db: Db,
  ack: { appId: string; eventIds: readonly string[]; nowMs: number },
): Promise<number> {
  if (ack.eventIds.length === 0) return 0;
  const result = await db
    .updateTable("delivery")
    .set({ status: "acknowledged", acknowledgedAt: ack.nowMs, leaseToken: null, updatedAt: ack.nowMs })
    .where("appId", "=", ack.appId)
    .where("eventId", "in", ack.eventIds)
    .where("status", "=", "pending")
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}
