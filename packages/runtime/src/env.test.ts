import { describe, expect, test } from "vitest";
import { z } from "zod";
import { millisecondsSchema, portSchema, presentProcessEnv, readProcessEnv } from "./env.ts";

const key = Buffer.alloc(32, 7).toString("base64");
const needed = {
  PAYHUB_DATABASE_URL: "sqlite:/data/payhub.db",
  PAYHUB_MASTER_KEYS: `k1:${key}`,
  PAYHUB_PUBLIC_URL: "https://pay.example.com//",
};

function read(variables: Readonly<Record<string, string | undefined>>) {
  return readProcessEnv("worker", { ...needed, ...variables }, { OWN_COLOUR: z.enum(["red", "blue"]).default("red") });
}

function messageOf(variables: Readonly<Record<string, string | undefined>>): string {
  try {
    read(variables);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("the environment was accepted");
}

describe("readProcessEnv", () => {
  test("reads a process's own variables beside everyone's", () => {
    expect(read({}).OWN_COLOUR).toBe("red");
    expect(read({ OWN_COLOUR: "blue" }).OWN_COLOUR).toBe("blue");
  });

  test("names the process, its own variables and everyone's in one message, and no value", () => {
    const message = messageOf({
      OWN_COLOUR: "hunter2",
      PAYHUB_REDIS_URL: "http://hunter2",
      PAYHUB_LOG_LEVEL: "hunter2",
    });
    expect(message).toMatch(/^payhub worker cannot start; its environment has 3 problem\(s\):\n/);
    for (const name of ["OWN_COLOUR", "PAYHUB_REDIS_URL", "PAYHUB_LOG_LEVEL"]) expect(message).toContain(`  ${name} `);
    expect(message).not.toContain("hunter2");
  });

  test.each([
    ["one cent in production", { NODE_ENV: "production", PAYHUB_ONE_CENT: "on" }, "PAYHUB_ONE_CENT"],
    ["faults in production", { NODE_ENV: "production", PAYHUB_FAULTS: "event.committed=kill" }, "PAYHUB_FAULTS"],
    ["faults without a word about where", { PAYHUB_FAULTS: "event.committed=kill" }, "PAYHUB_FAULTS"],
    [
      "MySQL without Redis in production",
      { NODE_ENV: "production", PAYHUB_DATABASE_URL: "mysql://db/payhub" },
      "PAYHUB_REDIS_URL",
    ],
  ])("refuses %s", (_case, variables, name) => {
    expect(messageOf(variables)).toMatch(new RegExp(`has 1 problem\\(s\\):\\n  ${name} `));
  });

  test("tells contradictions together with what is wrong by itself", () => {
    const message = messageOf({ NODE_ENV: "production", PAYHUB_ONE_CENT: "on", PAYHUB_PUBLIC_URL: undefined });
    expect(message).toContain("PAYHUB_ONE_CENT is on");
    expect(message).toContain("PAYHUB_PUBLIC_URL is needed");
  });
});

test("presentProcessEnv gives the variables their meaning", () => {
  const env = read({
    NODE_ENV: "test",
    PAYHUB_ONE_CENT: "on",
    PAYHUB_FAULTS: "inbox.committed=kill,event.committed=kill",
    PAYHUB_SHUTDOWN_GRACE_MS: "0",
  });
  expect(presentProcessEnv(env)).toEqual({
    databaseUrl: "sqlite:/data/payhub.db",
    redisUrl: undefined,
    masterKeys: [{ id: "k1", key }],
    publicUrl: "https://pay.example.com",
    oneCent: true,
    logLevel: "info",
    channelDeadlineMs: 8_000,
    shutdownGraceMs: 0,
    killAt: ["inbox.committed", "event.committed"],
  });
});

describe("numbers", () => {
  test.each(["0", "65535"])("%s is a port", (text) => expect(portSchema().parse(text)).toBe(Number(text)));
  test.each(["65536", "-1", "80.0", "0x50", " 80", ""])("%j is no port", (text) =>
    expect(portSchema().safeParse(text).success).toBe(false),
  );

  const between = millisecondsSchema({ min: 100, max: 60_000 });
  test.each(["100", "60000"])("%s is within", (text) => expect(between.parse(text)).toBe(Number(text)));
  test.each(["99", "60001", "1e3", "10s", "9999999999"])("%j is not", (text) =>
    expect(between.safeParse(text).success).toBe(false),
  );
});
