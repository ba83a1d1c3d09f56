import { openStore, type Store } from "@payhub/store";
import {
  createMysqlDatabase,
  createSqliteDatabase,
  describeBackends,
  manualClock,
  testServices,
} from "@payhub/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createEventPublisher } from "./publisher.ts";

describeBackends("createEventPublisher", (backend) => {
  let store: Store;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    const empty =
      backend.name === "mysql+redis" ? createMysqlDatabase(testServices().mysqlUrl) : createSqliteDatabase();
    const database = await empty;
    drop = () => database.drop();
    store = await openStore({ url: database.url });
  });
  afterAll(async () => {
    await store.close();
    await drop();
  });

  it("works once the database does, though its first try failed", async () => {
    const errors: unknown[] = [];
    const publisher = createEventPublisher({
      store,
      wakeUps: backend.coordination.wakeUps,
      clock: manualClock(),
      onError: (error) => errors.push(error),
    });
    await expect(publisher.publish()).rejects.toThrow();
    publisher.soon();
    await publisher.settled();
    expect(errors).toHaveLength(1);
    await store.migrate();
    expect(await publisher.publish()).toBe(0);
  });
});
