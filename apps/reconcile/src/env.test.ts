import { expect, test } from "vitest";
import { readEnv } from "./env.ts";

test("readEnv takes what every process takes, and names this one when it cannot start", () => {
  const key = Buffer.alloc(32, 7).toString("base64");
  const needed = {
    PAYHUB_DATABASE_URL: "mysql://db/payhub",
    PAYHUB_MASTER_KEYS: `k1:${key}`,
    PAYHUB_PUBLIC_URL: "https://pay.example.com",
  };
  expect(readEnv(needed)).toMatchObject({ databaseUrl: "mysql://db/payhub", oneCent: false, killAt: [] });
  expect(() => readEnv({})).toThrow(/^payhub reconcile cannot start; its environment has 3 problem/);
});
