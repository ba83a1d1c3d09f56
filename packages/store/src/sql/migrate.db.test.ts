import { DatabaseSchema, defineEntity, p, SchemaComparator } from "@mikro-orm/sql";
import { createMysqlDatabase, createSqliteDatabase, testServices } from "@payhub/testkit";
import { afterEach, describe, expect, test } from "vitest";
import { migrateStore, pendingMigrations } from "./migrate.ts";
import { type OrmOptions, openOrm } from "./orm.ts";
import { schemas } from "./schemas/index.ts";

const dropped: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const drop of dropped.splice(0)) await drop();
});

const backends = {
  mysql: () => createMysqlDatabase(testServices().mysqlUrl),
  sqlite: createSqliteDatabase,
};

async function emptyDatabase(dialect: keyof typeof backends): Promise<string> {
  const { url, drop } = await backends[dialect]();
  dropped.push(drop);
  return url;
}

/** The tables as the server itself describes them. */
async function introspect<T>(
  url: string,
  work: (schema: DatabaseSchema, orm: Awaited<ReturnType<typeof openOrm>>) => T,
  entities?: OrmOptions["entities"],
): Promise<T> {
  const orm = await openOrm({ url, unbounded: true });
  try {
    if (entities) {
      const fresh = await openOrm({ url, unbounded: true, overrides: { entities } });
      await fresh.schema.create();
      await fresh.close(true);
    }
    const connection = orm.em.getConnection();
    return work(
      await DatabaseSchema.create(connection, orm.em.getPlatform(), orm.config, undefined, undefined, undefined, [
        "migration",
      ]),
      orm,
    );
  } finally {
    await orm.close(true);
  }
}

async function drift(dialect: keyof typeof backends, entities: NonNullable<OrmOptions["entities"]>): Promise<string> {
  const migratedUrl = await emptyDatabase(dialect);
  await migrateStore({ url: migratedUrl });
  const migrated = await introspect(migratedUrl, (schema) => schema);
  return introspect(
    await emptyDatabase(dialect),
    (wanted, orm) => {
      const difference = new SchemaComparator(orm.em.getPlatform()).compare(migrated, wanted);
      return orm.schema.diffToSQL(difference, { wrap: false }).trim();
    },
    entities,
  );
}

describe.each(["mysql", "sqlite"] as const)("migrations on %s", (dialect) => {
  test("make the tables that the schemas ask for", async () => {
    expect(await drift(dialect, schemas)).toBe("");
  });

  test("are found wanting when a schema has changed", async () => {
    const added = defineEntity({ name: "extra", tableName: "extra", properties: { id: p.integer().primary() } });
    expect(await drift(dialect, [...schemas, added])).toContain("extra");
  });

  test("run once when many processes start together", async () => {
    const url = await emptyDatabase(dialect);
    expect(await pendingMigrations({ url })).not.toEqual([]);
    await Promise.all(Array.from({ length: 4 }, () => migrateStore({ url })));
    expect(await pendingMigrations({ url })).toEqual([]);
  });
});
