import { Migrator } from "@mikro-orm/migrations";
import { type Kysely, sql } from "kysely";
import { mysqlMigrations } from "./migrations/mysql/index.ts";
import { sqliteMigrations } from "./migrations/sqlite/index.ts";
import { dialectOf, type Orm, openOrm } from "./orm.ts";

const LOCK_WAIT_S = 60;
const SQLITE_TRIES = 5;

/** Brings a database's tables up to date. Any number of processes may start at once: one migrates, the others wait. */
export async function migrateStore(options: { url: string }): Promise<void> {
  await withMigrator(options.url, async (orm, migrator) => {
    if (dialectOf(options.url) === "mysql") await migrateMysql(orm, migrator);
    else await migrateSqlite(migrator);
  });
}

/** The names of the migrations that a database still lacks, oldest first. */
export async function pendingMigrations(options: { url: string }): Promise<string[]> {
  return withMigrator(options.url, async (_orm, migrator) => (await migrator.getPending()).map(({ name }) => name));
}

async function withMigrator<T>(url: string, work: (orm: Orm, migrator: Migrator) => Promise<T>): Promise<T> {
  const migrationsList = dialectOf(url) === "mysql" ? mysqlMigrations : sqliteMigrations;
  const orm = await openOrm({
    url,
    poolSize: 2,
    unbounded: true,
    overrides: { migrations: { tableName: "migration", migrationsList, snapshot: false, silent: true } },
  });
  try {
    return await work(orm, new Migrator(orm.em));
  } finally {
    await orm.close(true);
  }
}

async function migrateMysql(orm: Orm, migrator: Migrator): Promise<void> {
  const db: Kysely<unknown> = orm.em.getKysely<unknown>();
  await db.connection().execute(async (connection) => {
    const name = sql`concat('payhub-migrate-', md5(database()))`;
    const { rows } = await sql<{ held: number }>`select get_lock(${name}, ${LOCK_WAIT_S}) as held`.execute(connection);
    if (rows[0]?.held !== 1) throw new Error(`another process has been migrating for ${LOCK_WAIT_S} s`);
    try {
      await migrator.up();
    } finally {
      await sql`do release_lock(${name})`.execute(connection);
    }
  });
}

async function migrateSqlite(migrator: Migrator): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      // One write transaction: what is pending is read under the lock. Only the migration table itself is made outside.
      await migrator.up();
      return;
    } catch (error) {
      if (attempt === SQLITE_TRIES || !/already exists/.test(String(error))) throw error;
    }
  }
}
