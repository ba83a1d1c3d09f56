import {
  createMysqlDatabase,
  type MysqlDatabase,
  type NetworkFault,
  networkFault,
  testServices,
} from "@payhub/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openStore, type Store } from "./open.ts";

let database: MysqlDatabase;
let fault: NetworkFault;
let store: Store;

beforeEach(async () => {
  database = await createMysqlDatabase(testServices().mysqlUrl);
  fault = await networkFault(database.url);
  store = await openStore({ url: fault.url });
  await store.ping(20_000);
});

afterEach(async () => {
  await store.close();
  await fault.close();
  await database.drop();
});

test("a ping to a MySQL that hangs ends in time", async () => {
  fault.hang();
  await expect(store.ping(100)).rejects.toThrow("within 100 ms");
  fault.heal();
  await store.ping(20_000);
});

test("a MySQL that went away is found again", async () => {
  fault.cut();
  await expect(store.ping()).rejects.toThrow();
  fault.heal();
  await store.ping(20_000);
});
