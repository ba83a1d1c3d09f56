import { isDuplicateKey } from "./duplicate-key.ts";
import type { Db } from "./open.ts";

/**
 * Takes a job for `holder` until `nowMs + leaseMs`, or extends what it holds; false while another holds it. The database
 * decides, so that one process at a time leads with or without Redis. Clocks of the processes may differ by less than `leaseMs`.
 */
export async function holdLease(
  db: Db,
  { job, holder, leaseMs, nowMs }: { job: string; holder: string; leaseMs: number; nowMs: number },
): Promise<boolean> {
  const leasedUntil = nowMs + leaseMs;
  const { numUpdatedRows } = await db
    .updateTable("job_lease")
    .set({ holder, leasedUntil, updatedAt: nowMs })
    .where("job", "=", job)
    .where((or) => or.or([or("holder", "=", holder), or("leasedUntil", "<=", nowMs)]))
    .executeTakeFirstOrThrow();
  if (numUpdatedRows > 0n) return true;
  return insertLease(db, { job, holder, leasedUntil, nowMs });
}

async function insertLease(
  db: Db,
  { job, holder, leasedUntil, nowMs }: { job: string; holder: string; leasedUntil: number; nowMs: number },
): Promise<boolean> {
  const held = await db.selectFrom("job_lease").select("job").where("job", "=", job).executeTakeFirst();
  if (held) return false;
  try {
    await db.insertInto("job_lease").values({ job, holder, leasedUntil, createdAt: nowMs, updatedAt: nowMs }).execute();
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

/** Whether a process holds a job now. */
export async function isLeased(db: Db, { job, nowMs }: { job: string; nowMs: number }): Promise<boolean> {
  const lease = await db.selectFrom("job_lease").select("leasedUntil").where("job", "=", job).executeTakeFirst();
  return lease !== undefined && lease.leasedUntil > nowMs;
}

/** Gives a job back, so that another process need not wait for the lease's end; does nothing for others than its holder. */
export async function releaseLease(
  db: Db,
  { job, holder, nowMs }: { job: string; holder: string; nowMs: number },
): Promise<void> {
  await db
    .updateTable("job_lease")
    .set({ leasedUntil: 0, updatedAt: nowMs })
    .where("job", "=", job)
    .where("holder", "=", holder)
    .execute();
}
