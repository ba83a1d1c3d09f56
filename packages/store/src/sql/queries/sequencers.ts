import { isDuplicateKey } from "../duplicate-key.ts";
import { lock } from "../lock.ts";
import type { Db } from "../open.ts";
import type { Dialect } from "../orm.ts";

/** Makes a counter at 0 unless it is there. */
export async function ensureSequencer(db: Db, name: string, nowMs: number): Promise<void> {
  const found = await db.selectFrom("sequencer").select("name").where("name", "=", name).executeTakeFirst();
  if (found) return;
  try {
    await db.insertInto("sequencer").values({ name, value: 0, createdAt: nowMs, updatedAt: nowMs }).execute();
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}

/** Reads a counter and keeps every other transaction from moving it. */
export async function lockSequencer(tx: Db, name: string, dialect: Dialect): Promise<number> {
  const row = await lock(
    tx.selectFrom("sequencer").select("value").where("name", "=", name),
    dialect,
  ).executeTakeFirst();
  if (!row) throw new Error(`the counter "${name}" is missing`);
  return row.value;
}

/** Moves a locked counter. */
export async function setSequencer(tx: Db, name: string, value: number, nowMs: number): Promise<void> {
  await tx.updateTable("sequencer").set({ value, updatedAt: nowMs }).where("name", "=", name).execute();
}
