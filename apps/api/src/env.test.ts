import { describe, expect, test } from "vitest";
import { readEnv } from "./env.ts";

const key = Buffer.alloc(32, 7).toString("base64");
const needed = {
  PAYHUB_DATABASE_URL: "mysql://payhub:hunter2@db/payhub",
  PAYHUB_MASTER_KEYS: `k1:${key}`,
  PAYHUB_PUBLIC_URL: "https://pay.example.com/",
};

function messageOf(variables: Record<string, string | undefined>): string {
  try {
    readEnv(variables);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("the environment was accepted");
}

describe("readEnv", () => {
  test("fills in what is not said", () => {
    expect(readEnv(needed)).toMatchObject({
      host: "0.0.0.0",
      port: 8080,
      redisUrl: undefined,
      masterKeys: [{ id: "k1", key }],
      publicUrl: "https://pay.example.com",
      oneCent: false,
      logLevel: "info",
      channelDeadlineMs: 8_000,
      killAt: [],
    });
  });

  test("takes an empty variable for one that is not set", () => {
    expect(readEnv({ ...needed, PAYHUB_PORT: "", PAYHUB_REDIS_URL: "" })).toMatchObject({
      port: 8080,
      redisUrl: undefined,
    });
  });

  test("names every bad variable in one message, and no value", () => {
    const message = messageOf({
      PAYHUB_DATABASE_URL: "postgres://payhub:hunter2@db/payhub",
      PAYHUB_MASTER_KEYS: "k1:bm90LTMyLWJ5dGVz",
      PAYHUB_PUBLIC_URL: "ftp://pay.example.com",
      PAYHUB_PORT: "70000",
      PAYHUB_ONE_CENT: "yes",
      PAYHUB_LOG_LEVEL: "loud",
      PAYHUB_CHANNEL_DEADLINE_MS: "99",
      PAYHUB_SHUTDOWN_GRACE_MS: "soon",
      PAYHUB_FAULTS: "payment.committed",
    });
    for (const name of [
      "DATABASE_URL",
      "MASTER_KEYS",
      "PUBLIC_URL",
      "PORT",
      "ONE_CENT",
      "LOG_LEVEL",
      "CHANNEL_DEADLINE_MS",
      "SHUTDOWN_GRACE_MS",
      "FAULTS",
    ]) {
      expect(message).toContain(`PAYHUB_${name} `);
    }
    expect(message).not.toMatch(/hunter2|bm90|70000|yes|loud|soon/);
  });

  test("names what is missing", () => {
    expect(messageOf({})).toMatch(
      /PAYHUB_DATABASE_URL is needed[\s\S]*PAYHUB_MASTER_KEYS is needed[\s\S]*PAYHUB_PUBLIC_URL/,
    );
  });

  test("refuses the one-cent switch in production", () => {
    const production = { ...needed, NODE_ENV: "production", PAYHUB_REDIS_URL: "redis://cache" };
    expect(readEnv(production).oneCent).toBe(false);
    expect(readEnv({ ...needed, PAYHUB_ONE_CENT: "on" }).oneCent).toBe(true);
    expect(messageOf({ ...production, PAYHUB_ONE_CENT: "on" })).toMatch(/PAYHUB_ONE_CENT is on/);
  });

  test("needs Redis in production with MySQL, and not with SQLite", () => {
    expect(messageOf({ ...needed, NODE_ENV: "production" })).toMatch(/PAYHUB_REDIS_URL is needed/);
    expect(
      readEnv({ ...needed, NODE_ENV: "production", PAYHUB_DATABASE_URL: "sqlite:/data/payhub.db" }).redisUrl,
    ).toBeUndefined();
  });

  test("has faults only in tests", () => {
    const faults = { ...needed, PAYHUB_FAULTS: "payment.committed=kill,inbox.committed=kill" };
    expect(readEnv({ ...faults, NODE_ENV: "test" }).killAt).toEqual(["payment.committed", "inbox.committed"]);
    expect(messageOf(faults)).toMatch(/PAYHUB_FAULTS is for tests/);
  });

  test.each([
    ["two keys, the first one seals", `new:${key},old:${key}`, ["new", "old"]],
    ["one id twice", `k1:${key},k1:${key}`, undefined],
    ["a key of 31 bytes", `k1:${Buffer.alloc(31).toString("base64")}`, undefined],
    ["no id", key, undefined],
    ["an empty part", `k1:${key},`, undefined],
  ])("master keys: %s", (_case, text, ids) => {
    const variables = { ...needed, PAYHUB_MASTER_KEYS: text };
    if (ids) expect(readEnv(variables).masterKeys.map(({ id }) => id)).toEqual(ids);
    else expect(messageOf(variables)).toMatch(/PAYHUB_MASTER_KEYS is id:base64/);
  });
});
