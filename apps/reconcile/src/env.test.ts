import { resolve } from "node:path";
import { expect, test } from "vitest";
import { readEnv } from "./env.ts";

const key = Buffer.alloc(32, 7).toString("base64");
const needed = {
  PAYHUB_DATABASE_URL: "mysql://db/payhub",
  PAYHUB_REDIS_URL: "redis://redis",
  PAYHUB_MASTER_KEYS: `k1:${key}`,
  PAYHUB_PUBLIC_URL: "https://pay.example.com",
};

test("readEnv takes what every process takes, and names this one when it cannot start", () => {
  expect(readEnv(needed)).toMatchObject({ databaseUrl: "mysql://db/payhub", oneCent: false, killAt: [] });
  expect(() => readEnv({})).toThrow(/^payhub reconcile cannot start; its environment has 3 problem/);
});

test("readEnv keeps bills beside the working directory unless told where, and is told in production", () => {
  expect(readEnv(needed).billStore).toEqual({ url: `file://${resolve(".payhub/bills")}` });
  const told = { ...needed, NODE_ENV: "production", PAYHUB_BILL_STORE: "file:/var/lib/payhub/bills" };
  expect(readEnv(told).billStore).toEqual({ url: "file:/var/lib/payhub/bills" });
  for (const unset of [undefined, ""]) {
    expect(() => readEnv({ ...told, PAYHUB_BILL_STORE: unset })).toThrow(/1 problem.*PAYHUB_BILL_STORE is needed/s);
  }
  expect(() => readEnv({ ...needed, PAYHUB_BILL_STORE: "/var/lib" })).toThrow("PAYHUB_BILL_STORE begins with file:/");
});

test("readEnv needs both keys with an S3-compatible store", () => {
  const s3 = { ...needed, PAYHUB_BILL_STORE: "s3://bills/payhub?endpoint=https://s3.example.com&region=cn" };
  const keys = { PAYHUB_BILL_STORE_ACCESS_KEY_ID: "id", PAYHUB_BILL_STORE_SECRET_ACCESS_KEY: "hunter2" };
  expect(readEnv({ ...s3, ...keys }).billStore).toEqual({
    url: s3.PAYHUB_BILL_STORE,
    accessKeyId: "id",
    secretAccessKey: "hunter2",
  });
  expect(() => readEnv(s3)).toThrow(/has 2 problem.*_ACCESS_KEY_ID is needed.*_SECRET_ACCESS_KEY is needed/s);
  expect(() => readEnv({ ...s3, ...keys, PAYHUB_BILL_STORE_ACCESS_KEY_ID: undefined })).toThrow("1 problem");
});
