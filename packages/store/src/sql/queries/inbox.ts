import type { InboxNotification } from "../database.ts";
import { isDuplicateKey } from "../duplicate-key.ts";
import type { Db } from "../open.ts";

/** A notification before the database numbered it. */
export type NewNotification = Omit<InboxNotification, "id">;

/** Stores notifications in one statement where it can; tells of each whether it was not there before. */
export async function insertNotifications(db: Db, notifications: readonly NewNotification[]): Promise<boolean[]> {
  try {
    await db
      .insertInto("inbox")
      .values([...notifications])
      .execute();
    return notifications.map(() => true);
  } catch (error) {
    if (!isDuplicateKey(error, "inbox_notification")) throw error;
  }
  const stored: boolean[] = [];
  for (const notification of notifications) stored.push(await insertNotification(db, notification));
  return stored;
}

async function insertNotification(db: Db, notification: NewNotification): Promise<boolean> {
  try {
    await db.insertInto("inbox").values(notification).execute();
    return true;
  } catch (error) {
    if (isDuplicateKey(error, "inbox_notification")) return false;
    throw error;
  }
}

/** Received notifications that nobody is applying, the oldest first. */
export async function findUnappliedNotifications(db: Db, nowMs: number, limit: number): Promise<InboxNotification[]> {
  return db
    .selectFrom("inbox")
    .selectAll()
    .where("state", "=", "received")
    .where("claimedUntil", "<=", nowMs)
    .orderBy("id")
    .limit(limit)
    .execute();
}

/** Takes the exclusive right to apply a notification until `untilMs`, if nobody has it. */
export async function claimNotification(
  db: Db,
  claim: { id: number; nowMs: number; untilMs: number },
): Promise<boolean> {
  const result = await db
    .updateTable("inbox")
    .set({ claimedUntil: claim.untilMs, updatedAt: claim.nowMs })
    .where("id", "=", claim.id)
    .where("state", "=", "received")
    .where("claimedUntil", "<=", claim.nowMs)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Marks notifications as applied, in the transaction that applied them. */
export async function markApplied(
  tx: Db,
  notifications: readonly { channel: string; notificationId: string }[],
  nowMs: number,
): Promise<void> {
  for (const channel of new Set(notifications.map((notification) => notification.channel))) {
    const ids = notifications.filter((one) => one.channel === channel).map(({ notificationId }) => notificationId);
    await tx
      .updateTable("inbox")
      .set({ state: "applied", appliedAt: nowMs, updatedAt: nowMs })
      .where("channel", "=", channel)
      .where("notificationId", "in", ids)
      .execute();
  }
}
