import type { Randomness } from "@payhub/domain";
import { CompiledQuery, type Kysely } from "kysely";
import { createColumnPlugin } from "./column-plugin.ts";
import type { Database } from "./database.ts";
import { migrateStore, pendingMigrations } from "./migrate.ts";
import { type Dialect, dialectOf, openOrm } from "./orm.ts";
import { runTransaction } from "./transaction.ts";

/** The database as queries see it: either the pool or one transaction. */
export type Db = Kysely<Database>;

/** Where the database is and how it is used. */
export interface StoreOptions {
  /** `mysql://user:password@host:port/database` or `sqlite:/path/file.db`. */
  url: string;
  /** Connections at most; MySQL only, default 16. */
  poolSize?: number;
  /** SQLite only, default `full`; `normal` may lose the last commits when the machine loses power. */
  synchronous?: "full" | "normal";
  /** Spreads the retries of transactions that collided. */
  random?: Pick<Randomness, "fraction">;
}

/** An open database. */
export interface Store {
  readonly dialect: Dialect;
  readonly db: Db;
  /**
   * Runs `work` in one transaction. When the database gives it up for a deadlock, a lock that did not come free or a busy
   * file, it starts again, four times in all: `work` must do nothing but queries on `tx`.
   */
  transaction<T>(work: (tx: Db) => Promise<T>): Promise<T>;
  /** Brings the tables up to date; any number of processes may do so at once. */
  migrate(): Promise<void>;
  /** The names of the migrations that the database lacks, oldest first. */
  pendingMigrations(): Promise<string[]>;
  /** Rejects when the database does not answer within `timeoutMs`, default 1 s. */
  ping(timeoutMs?: number): Promise<void>;
  close(): Promise<void>;
}

/** Opens a database; `migrate` makes its tables. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const orm = await openOrm(options);
  const db = orm.em.getKysely<Database>().withPlugin(createColumnPlugin(orm.getMetadata().getAll().values()));
  const random = options.random ?? { fraction: Math.random };
  return {
    dialect: dialectOf(options.url),
    db,
    transaction: (work) => runTransaction(db, work, random),
    migrate: () => migrateStore(options),
    pendingMigrations: () => pendingMigrations(options),
    ping: (timeoutMs = PING_TIMEOUT_MS) => ping(db, timeoutMs),
    close: () => orm.close(true),
  };
}

const PING_TIMEOUT_MS = 1_000;

async function ping(db: Db, timeoutMs: number): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`the database did not answer within ${timeoutMs} ms`)), timeoutMs);
  try {
    await Promise.race([db.executeQuery(CompiledQuery.raw("select 1")), late]);
  } finally {
    clearTimeout(timer);
  }
}
