import { setTimeout as sleep } from "node:timers/promises";
import type { Randomness } from "@payhub/domain";
import type { Db } from "./open.ts";
import { isBusy } from "./sqlite-driver.ts";

const RETRIES = 3;
const RETRY_SPREAD_MS = 20;

// "record changed since last read", "lock wait timeout" and "deadlock" of https://mariadb.com/docs/server/reference/error-codes
const COLLISIONS = new Set([1020, 1205, 1213]);

/** Runs `work` in a transaction, again when the database rolled it back for a collision. */
export async function runTransaction<T>(
  db: Db,
  work: (tx: Db) => Promise<T>,
  random: Pick<Randomness, "fraction">,
): Promise<T> {
  for (let retry = 0; ; retry++) {
    try {
      return await db.transaction().execute(work);
    } catch (error) {
      if (retry >= RETRIES || !isCollision(error)) throw error;
      await sleep(random.fraction() * RETRY_SPREAD_MS * 2 ** retry);
    }
  }
}

function isCollision(error: unknown): boolean {
  if (isBusy(error)) return true;
  return error instanceof Error && "errno" in error && COLLISIONS.has(Number(error.errno));
}
