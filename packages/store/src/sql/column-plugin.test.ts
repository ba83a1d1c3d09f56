import { defineEntity, MikroORM, p } from "@mikro-orm/core";
import { NodeSqliteDialect, SqliteDriver } from "@mikro-orm/sql";
import { expect, it } from "vitest";
import { createColumnPlugin } from "./column-plugin.ts";

const entity = (name: string, properties: Record<string, ReturnType<typeof p.string> | ReturnType<typeof p.boolean>>) =>
  defineEntity({ name, tableName: name, properties: { id: p.integer().primary(), ...properties } });

async function metadataOf(...entities: ReturnType<typeof entity>[]) {
  const orm = await MikroORM.init({
    driver: SqliteDriver,
    dbName: ":memory:",
    driverOptions: new NodeSqliteDialect(":memory:"),
    entities,
  });
  const all = [...orm.getMetadata().getAll().values()];
  await orm.close(true);
  return all;
}

it("refuses tables in which one column name means two things", async () => {
  const metadata = await metadataOf(entity("a", { wasPaid: p.boolean() }), entity("b", { wasPaid: p.string() }));
  expect(() => createColumnPlugin(metadata)).toThrow(".was_paid is another thing in another table");
});

it("takes tables in which it means the same", async () => {
  const metadata = await metadataOf(entity("a", { wasPaid: p.boolean() }), entity("b", { wasPaid: p.boolean() }));
  expect(() => createColumnPlugin(metadata)).not.toThrow();
});
