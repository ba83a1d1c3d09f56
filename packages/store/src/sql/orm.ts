import { Migrator } from "@mikro-orm/migrations";
import { MySqlDriver } from "@mikro-orm/mysql";
import { MikroORM, type Options, SqliteDriver } from "@mikro-orm/sql";
import { CompiledQuery, type DatabaseConnection } from "kysely";
import { schemas } from "./schemas/index.ts";
import { NodeSqliteDialect } from "./sqlite-driver.ts";

export type Dialect = "mysql" | "sqlite";
export type Orm = MikroORM;
export type OrmOptions = Partial<Options>;

const POOL_SIZE = 16;
const CONNECT_TIMEOUT_MS = 5_000;
const KEEP_ALIVE_DELAY_MS = 10_000;
const WAITING_QUERIES = 10_000;
const STATEMENT_TIMEOUT_S = 10;
const LOCK_WAIT_TIMEOUT_S = 5;
const BUSY_TIMEOUT_MS = 5_000;

/** Which backend an address names; throws on another scheme. */
export function dialectOf(url: string): Dialect {
  if (url.startsWith("mysql://")) return "mysql";
  if (url.startsWith("sqlite:")) return "sqlite";
  throw new Error("a database address starts with mysql:// or sqlite:");
}

/** How MikroORM reaches a database; `unbounded` lets statements take as long as they need. */
export interface OrmTarget {
  url: string;
  poolSize?: number;
  synchronous?: "full" | "normal";
  unbounded?: boolean;
  overrides?: OrmOptions;
}

/** Opens MikroORM on the schemas and connects it. */
export async function openOrm(target: OrmTarget): Promise<Orm> {
  const orm = await initOrm(target);
  await orm.connect();
  return orm;
}

/** MikroORM on the schemas, without a connection. */
export async function initOrm(target: OrmTarget): Promise<Orm> {
  return MikroORM.init({
    entities: schemas,
    extensions: [Migrator],
    allowGlobalContext: true,
    ensureDatabase: false,
    metadataCache: { enabled: false },
    ...(dialectOf(target.url) === "mysql" ? mysqlOptions(target) : sqliteOptions(target)),
    ...target.overrides,
  });
}

function mysqlOptions(options: OrmTarget): OrmOptions {
  return {
    driver: MySqlDriver,
    clientUrl: options.url,
    charset: "utf8mb4",
    // Numbers differ when their letters differ in case, as they do on SQLite and at the channels.
    collate: "utf8mb4_bin",
    pool: { max: options.poolSize ?? POOL_SIZE },
    driverOptions: {
      connectTimeout: CONNECT_TIMEOUT_MS,
      enableKeepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_DELAY_MS,
      queueLimit: WAITING_QUERIES,
    },
    onCreateConnection: async (connection) => {
      await (connection as DatabaseConnection).executeQuery(
        CompiledQuery.raw(sessionSql(options.unbounded ? 0 : STATEMENT_TIMEOUT_S)),
      );
    },
  };
}

/** The limit of a statement has another name and unit in MariaDB (`/*M!`) than in MySQL (which takes 50708 as its version). */
function sessionSql(statementTimeoutS: number): string {
  const mode = "STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION";
  return [
    `set session sql_mode = '${mode}', time_zone = '+00:00', innodb_lock_wait_timeout = ${LOCK_WAIT_TIMEOUT_S}`,
    `/*M! , max_statement_time = ${statementTimeoutS} */`,
    `/*!50708 , max_execution_time = ${statementTimeoutS * 1000} */`,
  ].join(" ");
}

function sqliteOptions(options: OrmTarget): OrmOptions {
  const path = options.url.slice("sqlite:".length).replace(/^\/\/(?=\/)/, "");
  return {
    driver: SqliteDriver,
    dbName: path,
    driverOptions: new NodeSqliteDialect({
      path,
      synchronous: options.synchronous ?? "full",
      busyTimeoutMs: BUSY_TIMEOUT_MS,
    }),
  };
}
