import { setTimeout as sleep } from "node:timers/promises";
import { createSqliteDatabase, paymentRow } from "@payhub/testkit";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openStore, type Store } from "./open.ts";

describe("two processes on one SQLite file", () => {
  let one: Store;
  let other: Store;
  let drop: () => Promise<void>;

  beforeAll(async () => {
    const database = await createSqliteDatabase();
    drop = database.drop;
    one = await openStore({ url: database.url });
    other = await openStore({ url: database.url });
    await one.migrate();
  });

  afterAll(async () => {
    await one.close();
    await other.close();
    await drop();
  });

  beforeEach(async () => {
    await one.db.deleteFrom("payment").execute();
    await one.db.insertInto("payment").values(paymentRow()).execute();
  });

  test("write one after the other, without stopping the event loop", async () => {
    const written: string[] = [];
    const inserted = Promise.withResolvers<void>();
    const slow = one.transaction(async (tx) => {
      await tx.updateTable("payment").set({ subject: "slow" }).execute();
      inserted.resolve();
      await sleep(150);
      written.push("slow");
    });
    await inserted.promise;
    const startedAt = performance.now();
    await other.db.updateTable("payment").set({ subject: "fast" }).execute();
    written.push("fast");
    await slow;
    expect(written).toEqual(["slow", "fast"]);
    expect(performance.now() - startedAt).toBeLessThan(900);
    expect(await one.db.selectFrom("payment").select("subject").execute()).toEqual([{ subject: "fast" }]);
  });

  test("read before they write, and neither starts again", async () => {
    let runs = 0;
    const addOne = (store: Store) =>
      store.transaction(async (tx) => {
        runs++;
        const { lastSequence } = await tx.selectFrom("payment").select("lastSequence").executeTakeFirstOrThrow();
        await sleep(20);
        await tx
          .updateTable("payment")
          .set({ lastSequence: lastSequence + 1 })
          .execute();
      });
    await Promise.all([addOne(one), addOne(other), addOne(one), addOne(other)]);
    expect(runs).toBe(4);
    expect(await one.db.selectFrom("payment").select("lastSequence").execute()).toEqual([{ lastSequence: 4 }]);
  });

  test("read while the other writes, and see only what was committed", async () => {
    await one.transaction(async (tx) => {
      await tx.updateTable("payment").set({ subject: "not yet" }).execute();
      expect(await other.db.selectFrom("payment").select("subject").execute()).toEqual([
        { subject: paymentRow().subject },
      ]);
    });
  });

  test("keep a commit through a loss of power", async () => {
    const mode = await sql`pragma journal_mode`.execute(one.db);
    const synchronous = await sql`pragma synchronous`.execute(one.db);
    expect([...mode.rows, ...synchronous.rows]).toEqual([{ journal_mode: "wal" }, { synchronous: 2 }]);
  });
});
