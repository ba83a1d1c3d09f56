import { fastify } from "fastify";
import { Redis } from "ioredis";
import type { Pool, RowDataPacket } from "mysql2/promise";
import type { ChannelParty } from "../channel-party.ts";
import { answerParent } from "../process/worker.ts";
import type { SeededOrder } from "../seeded-order.ts";
import { mountCallback } from "./callback.ts";
import { mountCreate } from "./create.ts";
import { createFloorTables, openFloorDatabase } from "./tables.ts";

export type FloorVerbs = {
  /** Makes the tables and listens. */
  start: (input: {
    databaseUrl: string;
    redisUrl: string;
    party: ChannelParty;
    channelUrl: string;
  }) => Promise<{ url: string }>;
  /** Stores orders that wait for their payers. */
  seed: (orders: readonly SeededOrder[]) => Promise<void>;
  /** How many orders wait for their payers, and how many events there are. */
  count: (input: undefined) => Promise<{ awaiting: number; events: number }>;
};

interface CountRow extends RowDataPacket {
  awaiting: number;
  events: number;
}

const SEED_ROWS = 500;
const COUNT = `select (select count(*) from payment where status = 'awaiting_payer') as awaiting,
  (select count(*) from outbox) as events`;

let db: Pool;

async function start(input: Parameters<FloorVerbs["start"]>[0]): Promise<{ url: string }> {
  const { databaseUrl, redisUrl, party, channelUrl } = input;
  db = openFloorDatabase(databaseUrl);
  await createFloorTables(db);
  const server = fastify();
  mountCreate(server, { db, redis: new Redis(redisUrl), party, channelUrl });
  mountCallback(server, { db, party });
  return { url: await server.listen({ host: "127.0.0.1", port: 0 }) };
}

async function seed(orders: readonly SeededOrder[]): Promise<void> {
  const nowMs = Date.now();
  for (let from = 0; from < orders.length; from += SEED_ROWS) {
    const rows = orders
      .slice(from, from + SEED_ROWS)
      .map(({ attemptNo, amount }) => [
        attemptNo,
        "floor",
        attemptNo,
        amount,
        "两杯咖啡",
        "awaiting_payer",
        nowMs,
        nowMs,
      ]);
    await db.query(
      "insert into payment (attempt_no, app_id, order_no, amount, subject, status, created_at, updated_at) values ?",
      [rows],
    );
  }
}

async function count(): Promise<{ awaiting: number; events: number }> {
  const [rows] = await db.query<CountRow[]>(COUNT);
  return { awaiting: rows[0]?.awaiting ?? 0, events: rows[0]?.events ?? 0 };
}

answerParent({ start, seed, count } satisfies FloorVerbs);
