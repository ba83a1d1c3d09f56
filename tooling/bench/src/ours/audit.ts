import { checkInvariants, type ServiceContext } from "@payhub/services";
import type { SeededOrder } from "../seeded-order.ts";
import type { Counts } from "../target.ts";

/** What is in the books. */
export async function countBooks({ store }: ServiceContext): Promise<Counts> {
  const { awaiting } = await store.db
    .selectFrom("attempt")
    .select(({ fn }) => fn.countAll<number>().as("awaiting"))
    .where("state", "=", "awaiting_payer")
    .executeTakeFirstOrThrow();
  const { events } = await store.db
    .selectFrom("event")
    .select(({ fn }) => fn.countAll<number>().as("events"))
    .executeTakeFirstOrThrow();
  return { awaiting: Number(awaiting), events: Number(events) };
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
