import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { createKeyRing } from "./keys.ts";

const HOUR_MS = 3_600_000;
const { publicKey: key } = generateKeyPairSync("ed25519");
const soon = () => performance.now() + 50;

let now = 0;
let fetches = 0;
let answer: () => Promise<ReadonlyMap<string, KeyObject> | undefined>;

beforeEach(() => {
  now = 1_790_000_000_000;
  fetches = 0;
  answer = async () => new Map([["SERIAL", key]]);
});

function ring(needsCertificates = true) {
  return createKeyRing({
    publicKeys: new Map([["PUB_KEY_ID_1", key]]),
    needsCertificates,
    clock: { now: () => now },
    fetchCertificates: () => {
      fetches += 1;
      return answer();
    },
  });
}

describe("key ring", () => {
  test("knows public keys without a fetch, and never fetches for an unknown one", async () => {
    const keys = ring();
    expect(await keys.keyOf("PUB_KEY_ID_1", soon())).toBe(key);
    expect(await keys.keyOf("PUB_KEY_ID_2", soon())).toBeUndefined();
    expect(fetches).toBe(0);
  });

  test("a crowd shares one fetch", async () => {
    answer = () => new Promise((resolve) => setTimeout(() => resolve(new Map([["SERIAL", key]])), 10));
    const keys = ring();
    const found = await Promise.all(Array.from({ length: 20 }, () => keys.keyOf("SERIAL", soon())));
    expect(new Set(found)).toEqual(new Set([key]));
    expect(fetches).toBe(1);
  });

  test("forged serials cost one fetch a minute", async () => {
    const keys = ring();
    for (let count = 0; count < 100; count += 1) expect(await keys.keyOf(`FORGED${count}`, soon())).toBeUndefined();
    expect(fetches).toBe(1);
    now += 59_999;
    await keys.keyOf("FORGED", soon());
    expect(fetches).toBe(1);
    now += 1;
    await keys.keyOf("FORGED", soon());
    expect(fetches).toBe(2);
  });

  test("a new serial is found by a refresh, and the one that is no longer listed is dropped", async () => {
    const keys = ring();
    await keys.keyOf("SERIAL", soon());
    answer = async () => new Map([["NEXT", key]]);
    now += 60_000;
    expect(await keys.keyOf("NEXT", soon())).toBe(key);
    expect(await keys.keyOf("SERIAL", soon())).toBeUndefined();
  });

  test("a failed refresh keeps what is known", async () => {
    const keys = ring();
    await keys.keyOf("SERIAL", soon());
    answer = async () => undefined;
    now += 60_000;
    await keys.keyOf("OTHER", soon());
    expect(fetches).toBe(2);
    expect(await keys.keyOf("SERIAL", soon())).toBe(key);
  });

  test("an old ring is refreshed behind the back of its user, within twelve hours", async () => {
    const keys = ring();
    await keys.keyOf("SERIAL", soon());
    now += 10 * HOUR_MS;
    await keys.keyOf("SERIAL", soon());
    expect(fetches).toBe(1);
    now += 2 * HOUR_MS;
    answer = () => new Promise(() => undefined);
    expect(await keys.keyOf("SERIAL", soon())).toBe(key);
    expect(fetches).toBe(2);
  });

  test("nobody waits past his deadline", async () => {
    answer = () => new Promise(() => undefined);
    const startedAt = performance.now();
    const keys = ring();
    expect(await keys.keyOf("SERIAL", soon())).toBeUndefined();
    expect(await keys.ready(soon())).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });

  test("is ready with certificates, or at once when none are needed", async () => {
    const keys = ring();
    expect(await keys.ready(soon())).toBe(true);
    expect(await keys.ready(soon())).toBe(true);
    expect(fetches).toBe(1);
    expect(ring(false).ready(soon())).toBe(true);
    answer = async () => undefined;
    expect(await ring().ready(soon())).toBe(false);
  });
});
