import { attemptRow, describeBackends, paymentRow } from "@payhub/testkit";
import { beforeEach, expect, test } from "vitest";
import { isDuplicateKey } from "./duplicate-key.ts";
import { lock, lockSkippingLocked } from "./lock.ts";

describeBackends("a store", (backend) => {
  beforeEach(async () => {
    await backend.store.db.deleteFrom("payment").execute();
    await backend.store.db.deleteFrom("attempt").execute();
  });

  const insertPayment = (own: Parameters<typeof paymentRow>[0] = {}) =>
    backend.store.db.insertInto("payment").values(paymentRow(own)).execute();

  test("gives a row back as it was put in", async () => {
    const { db } = backend.store;
    const payment = paymentRow({
      subject: "苹果 🍎",
      amount: 10_000_000_000,
      oneCent: true,
      createdAt: 1_795_219_200_123,
    });
    await db.insertInto("payment").values(payment).execute();
    const attempt = attemptRow({ unknown: true, requestDigest: { amount: "é\"'\\n" } });
    await db.insertInto("attempt").values(attempt).execute();

    const storedPayment = await db.selectFrom("payment").selectAll().where("oneCent", "=", true).executeTakeFirst();
    const storedAttempt = await db.selectFrom("attempt").selectAll().executeTakeFirst();

    expect(storedPayment).toEqual({ ...payment, id: expect.any(Number) });
    expect(storedAttempt).toEqual({ ...attempt, id: expect.any(Number) });
  });

  test("stores no JSON as null", async () => {
    await backend.store.db
      .insertInto("attempt")
      .values(attemptRow({ action: null }))
      .execute();
    const rows = await backend.store.db.selectFrom("attempt").select("attemptNo").where("action", "is", null).execute();
    expect(rows).toHaveLength(1);
  });

  test("tells order numbers apart by case and accents", async () => {
    await insertPayment({ paymentNo: "P1", orderNo: "order-é" });
    await insertPayment({ paymentNo: "P2", orderNo: "ORDER-é" });
    await insertPayment({ paymentNo: "P3", orderNo: "order-e" });
    const found = await backend.store.db
      .selectFrom("payment")
      .select("paymentNo")
      .where("orderNo", "=", "order-e")
      .execute();
    expect(found).toEqual([{ paymentNo: "P3" }]);
  });

  test("names the unique index that a row met", async () => {
    await insertPayment();
    const sameNumber = await insertPayment({ orderNo: "order-2" }).catch((error: unknown) => error);
    const sameOrder = await insertPayment({ paymentNo: "P2" }).catch((error: unknown) => error);

    expect(isDuplicateKey(sameNumber, "payment_payment_no")).toBe(true);
    expect(isDuplicateKey(sameNumber, "payment_app_order")).toBe(false);
    expect(isDuplicateKey(sameOrder, "payment_app_order")).toBe(true);
    expect(isDuplicateKey(sameOrder)).toBe(true);
    expect(isDuplicateKey(new Error("UNIQUE"))).toBe(false);
  });

  test("counts the rows that a guarded update moved", async () => {
    await insertPayment();
    const move = () =>
      backend.store.db
        .updateTable("payment")
        .set({ status: "succeeded" })
        .where("status", "=", "created")
        .executeTakeFirstOrThrow();
    expect((await move()).numUpdatedRows).toBe(1n);
    expect((await move()).numUpdatedRows).toBe(0n);
  });

  test("leaves nothing of a transaction that threw", async () => {
    const failing = backend.store.transaction(async (tx) => {
      await tx.insertInto("payment").values(paymentRow()).execute();
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect(await backend.store.db.selectFrom("payment").select("id").execute()).toEqual([]);
  });

  test("loses no update of two processes that lock the row", async () => {
    await insertPayment();
    const other = await backend.openStore();
    const addOne = (store: typeof other) =>
      store.transaction(async (tx) => {
        const query = tx.selectFrom("payment").select("lastSequence").where("paymentNo", "=", paymentRow().paymentNo);
        const { lastSequence } = await lock(query, store.dialect).executeTakeFirstOrThrow();
        await tx
          .updateTable("payment")
          .set({ lastSequence: lastSequence + 1 })
          .execute();
      });
    await Promise.all(Array.from({ length: 40 }, (_, index) => addOne(index % 2 ? other : backend.store)));
    const { lastSequence } = await other.db.selectFrom("payment").select("lastSequence").executeTakeFirstOrThrow();
    expect(lastSequence).toBe(40);
  });

  test("starts a transaction again that the database gave up for a deadlock", async () => {
    await insertPayment({ paymentNo: "P1", orderNo: "1" });
    await insertPayment({ paymentNo: "P2", orderNo: "2" });
    let runs = 0;
    const both = Promise.withResolvers<void>();
    const touch = (first: string, second: string) =>
      backend.store.transaction(async (tx) => {
        runs++;
        await tx.updateTable("payment").set({ lastSequence: runs }).where("paymentNo", "=", first).execute();
        if (runs === 2) both.resolve();
        if (backend.store.dialect === "mysql") await both.promise;
        await tx.updateTable("payment").set({ lastSequence: runs }).where("paymentNo", "=", second).execute();
      });
    await Promise.all([touch("P1", "P2"), touch("P2", "P1")]);
    expect(runs).toBe(backend.store.dialect === "mysql" ? 3 : 2);
  });

  test("skips rows that another transaction holds", async () => {
    await insertPayment({ paymentNo: "P1", orderNo: "1" });
    await insertPayment({ paymentNo: "P2", orderNo: "2" });
    const take = (tx: typeof backend.store.db) =>
      lockSkippingLocked(tx.selectFrom("payment").select("paymentNo").orderBy("id").limit(1), backend.store.dialect)
        .executeTakeFirst()
        .then((row) => row?.paymentNo);
    const second = await backend.store.transaction(async (tx) => {
      await take(tx);
      return backend.store.dialect === "mysql" ? backend.store.transaction(take) : "P2";
    });
    expect(second).toBe("P2");
  });

  test("answers a ping, and not after it was closed", async () => {
    const other = await backend.openStore();
    await other.ping(20_000);
    await other.close();
    await expect(other.ping()).rejects.toThrow();
  });
});
