import { randomBytes } from "node:crypto";
import { type Coordination, openCoordination, openStore, type Store } from "@payhub/store";
import { afterAll, beforeAll, describe } from "vitest";
import { createMysqlDatabase } from "./mysql-database.ts";
import { testServices } from "./services.ts";
import { createSqliteDatabase } from "./sqlite-database.ts";

const BACKENDS = ["mysql+redis", "sqlite+memory"] as const;

/** What one suite runs on: a migrated database and coordination that no other suite sees. */
export interface Backend {
  readonly name: (typeof BACKENDS)[number];
  readonly databaseUrl: string;
  readonly coordinationUrl: string;
  /** Begins the suite's Redis keys. */
  readonly coordinationPrefix: string;
  readonly store: Store;
  readonly coordination: Coordination;
  /** Opens the same database once more, as another process would; closed after the suite. */
  openStore(): Promise<Store>;
  /** Opens the same coordination once more; in memory it is the suite's own. */
  openCoordination(): Promise<Coordination>;
}

/** Runs a suite on MySQL and Redis, then on SQLite and memory; `backend` may be read inside tests and hooks. */
export function describeBackends(name: string, suite: (backend: Backend) => void): void {
  for (const backendName of BACKENDS) {
    describe(`${name} on ${backendName}`, () => {
      const suiteBackend = new SuiteBackend(backendName);
      beforeAll(() => suiteBackend.open());
      afterAll(() => suiteBackend.close());
      suite(suiteBackend);
    });
  }
}

class SuiteBackend implements Backend {
  readonly name: Backend["name"];
  readonly coordinationPrefix = `test:${randomBytes(6).toString("hex")}:`;
  readonly #toClose: (() => Promise<void>)[] = [];
  #opened: { databaseUrl: string; coordinationUrl: string; store: Store; coordination: Coordination } | undefined;

  constructor(name: Backend["name"]) {
    this.name = name;
  }

  async open(): Promise<void> {
    const onMysql = this.name === "mysql+redis";
    const database = await (onMysql ? createMysqlDatabase(testServices().mysqlUrl) : createSqliteDatabase());
    this.#toClose.push(() => database.drop());
    const coordinationUrl = onMysql ? testServices().redisUrl : "memory:";
    const store = await this.#openStore(database.url);
    const coordination = await this.#openCoordination(coordinationUrl);
    await store.migrate();
    this.#opened = { databaseUrl: database.url, coordinationUrl, store, coordination };
  }

  async close(): Promise<void> {
    for (const close of this.#toClose.splice(0).reverse()) await close();
  }

  get databaseUrl(): string {
    return this.#open.databaseUrl;
  }

  get coordinationUrl(): string {
    return this.#open.coordinationUrl;
  }

  get store(): Store {
    return this.#open.store;
  }

  get coordination(): Coordination {
    return this.#open.coordination;
  }

  openStore(): Promise<Store> {
    return this.#openStore(this.databaseUrl);
  }

  async openCoordination(): Promise<Coordination> {
    return this.coordinationUrl === "memory:" ? this.coordination : this.#openCoordination(this.coordinationUrl);
  }

  async #openStore(url: string): Promise<Store> {
    const store = await openStore({ url, synchronous: "normal" });
    this.#toClose.push(() => store.close());
    return store;
  }

  async #openCoordination(url: string): Promise<Coordination> {
    const coordination = await openCoordination({ url, prefix: this.coordinationPrefix });
    this.#toClose.push(() => coordination.close());
    return coordination;
  }

  get #open() {
    if (!this.#opened) throw new Error("the backend is open inside tests and hooks only");
    return this.#opened;
  }
}
