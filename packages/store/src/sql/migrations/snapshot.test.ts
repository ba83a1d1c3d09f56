import { defineEntity, p } from "@mikro-orm/sql";
import { describe, expect, test } from "vitest";
import { schemas } from "../schemas/index.ts";
import { openOffline } from "./offline.ts";

describe.each(["mysql", "sqlite"] as const)("the newest migration on %s", (dialect) => {
  async function hasChanges(entities: Parameters<typeof openOffline>[1]): Promise<boolean> {
    const orm = await openOffline(dialect, entities);
    return orm.migrator.checkSchema();
  }

  test("has everything that the schemas have; else run `node scripts/new-migration.ts <name>`", async () => {
    expect(await hasChanges(schemas)).toBe(false);
  });

  test("is found wanting when a table was added", async () => {
    const added = defineEntity({ name: "extra", tableName: "extra", properties: { id: p.integer().primary() } });
    expect(await hasChanges([...schemas, added])).toBe(true);
  });
});
