import { fastify } from "fastify";
import { Redis } from "ioredis";
import type { Pool, RowDataPacket } from "mysql2/promise";
import type { ChannelParty } from "../channel-party.ts";
import type { BenchName } from "../options.ts";
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
  /** The last row of a bench's effects, and how many there are after a row. */
  lastEffect: (bench: BenchName) => Promise<number>;
  countEffects: (input: { bench: BenchName; afterRow: number }) => Promise<number>;
};

interface NumberRow extends RowDataPacket {
  number: number;
}

const SEED_ROWS = 500;
const LAST = {
  create: "select coalesce(max(row_no), 0) as number from payment",
  callback: "select coalesce(max(row_no), 0) as number from outbox",
} as const;
const COUNT = {
  create: "select count(*) as number from payment where row_no > ? and status = 'awaiting_payer'",
  callback: "select count(*) as number from outbox where row_no > ?",
} as const;

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

async function numberOf(sql: string, parameters: number[] = []): Promise<number> {
  const [rows] = await db.query<NumberRow[]>(sql, parameters);
  return rows[0]?.number ?? 0;
}

answerParent({
  start,
  seed,
  lastEffect: (bench) => numberOf(LAST[bench]),
  countEffects: ({ bench, afterRow }) => numberOf(COUNT[bench], [afterRow]),
} satisfies FloorVerbs);
