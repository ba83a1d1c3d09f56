import { checkInvariants, type ServiceContext } from "@payhub/services";
import type { BenchName } from "../options.ts";
import type { SeededOrder } from "../seeded-order.ts";

const TABLE_OF = { create: "attempt", callback: "event" } as const satisfies Record<BenchName, string>;

/** The last row of the effects that a bench is about. */
export async function lastEffect({ store }: ServiceContext, bench: BenchName): Promise<number> {
  const { last } = await store.db
    .selectFrom(TABLE_OF[bench])
    .select(({ fn }) => fn.max<number | null>("id").as("last"))
    .executeTakeFirstOrThrow();
  return Number(last ?? 0);
}

/** How many attempts wait for their payers, or how many events there are, after a row. */
export async function countEffects(
  { store }: ServiceContext,
  { bench, afterRow }: { bench: BenchName; afterRow: number },
): Promise<number> {
  const rows = store.db
    .selectFrom(TABLE_OF[bench])
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .where("id", ">", afterRow);
  const effects = bench === "create" ? rows.where("state", "=", "awaiting_payer") : rows;
  const { count } = await effects.executeTakeFirstOrThrow();
  return Number(count);
}

/** Whether every event has its place in the log and every callback was applied. */
export async function isQuiet({ store }: ServiceContext): Promise<boolean> {
  const unpublished = await store.db.selectFrom("event").select("id").where("position", "is", null).limit(1).execute();
  const received = await store.db.selectFrom("inbox").select("id").where("state", "=", "received").limit(1).execute();
  return unpublished.length === 0 && received.length === 0;
}

/** The broken invariants, one line each. */
export async function auditBooks({ store }: ServiceContext, paid: readonly SeededOrder[]): Promise<string[]> {
  const channelTrades = paid.map(({ attemptNo, channelTradeNo, amount }) => ({
    channel: "wechatpay",
    outTradeNo: attemptNo,
    channelTradeNo,
    amount,
    state: "paid" as const,
  }));
  const violations = await checkInvariants(store.db, { channelTrades });
  return violations.map(({ rule, subject, found }) => `${subject}: ${rule}: ${found}`);
}
