import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
  SqliteDialect,
  SqliteDriver,
} from "kysely";

/** How a SQLite file is opened. */
export interface SqliteOptions {
  path: string;
  /** `full` syncs the disk at every commit; `normal` may lose the last commits when the machine loses power. */
  synchronous: "full" | "normal";
  /** How long a statement waits for another connection's write. */
  busyTimeoutMs: number;
}

const STATEMENT_CACHE_SIZE = 500;
const BUSY_WAIT_MS = 3;
const SQLITE_BUSY = 5;

/** Kysely's own SQLite classes want a database in another library's shape; the ones here open `node:sqlite` themselves. */
const NOT_USED = { database: () => Promise.reject(new Error("not used")) };

/** Kysely on `node:sqlite`, whose write transactions take the write lock at once and wait for it without stopping the process. */
export class NodeSqliteDialect extends SqliteDialect {
  readonly #options: SqliteOptions;

  constructor(options: SqliteOptions) {
    super(NOT_USED);
    this.#options = options;
  }

  override createDriver(): Driver {
    return new NodeSqliteDriver(this.#options);
  }
}

class NodeSqliteDriver extends SqliteDriver {
  readonly #options: SqliteOptions;
  #connection: NodeSqliteConnection | undefined;

  constructor(options: SqliteOptions) {
    super(NOT_USED);
    this.#options = options;
  }

  override async init(): Promise<void> {
    const connection = new NodeSqliteConnection(this.#options);
    await connection.executeQuery(CompiledQuery.raw("pragma journal_mode = wal"));
    await connection.executeQuery(CompiledQuery.raw(`pragma synchronous = ${this.#options.synchronous}`));
    this.#connection = connection;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    if (!this.#connection) throw new Error("the SQLite driver was not initialized");
    return this.#connection;
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    // A deferred transaction that reads first cannot wait for the write lock: its snapshot would be stale.
    await connection.executeQuery(CompiledQuery.raw("begin immediate"));
  }

  override async destroy(): Promise<void> {
    this.#connection?.close();
  }
}

class NodeSqliteConnection implements DatabaseConnection {
  readonly #database: DatabaseSync;
  readonly #busyTimeoutMs: number;
  readonly #statements = new Map<string, StatementSync>();

  constructor({ path, busyTimeoutMs }: SqliteOptions) {
    // SQLite's own busy wait would stop the event loop, and with it a writer in this very process.
    this.#database = new DatabaseSync(path, { timeout: 0 });
    this.#busyTimeoutMs = busyTimeoutMs;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const giveUpAtMs = performance.now() + this.#busyTimeoutMs;
    for (;;) {
      try {
        return this.#execute<Row>(query);
      } catch (error) {
        if (!isBusy(error) || performance.now() >= giveUpAtMs) throw error;
        await sleep(BUSY_WAIT_MS);
      }
    }
  }

  #execute<Row>({ sql, parameters }: CompiledQuery): QueryResult<Row> {
    const statement = this.#prepare(sql);
    const values = parameters.map(toSqlValue);
    if (statement.columns().length > 0) return { rows: statement.all(...values) as Row[] };
    const { changes, lastInsertRowid } = statement.run(...values);
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#database.prepare(sql);
    if (this.#statements.size >= STATEMENT_CACHE_SIZE) this.#statements.clear();
    this.#statements.set(sql, statement);
    return statement;
  }

  streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error("streaming is not supported on SQLite");
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }
}

function toSqlValue(value: unknown): SQLInputValue {
  if (typeof value === "boolean") return value ? 1 : 0;
  return value as SQLInputValue;
}

/** Whether SQLite refused because another connection is writing. */
export function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && (Number(error.errcode) & 0xff) === SQLITE_BUSY;
}
