import { randomUUID } from "node:crypto";
import type { ReplayCache } from "../coordination.ts";
import { ExpiringMap, type Monotonic } from "./expiring-map.ts";

const LIMIT = 100_000;

type Entry = { token: string; value: string; done: boolean };

/** The replay cache of a single process. */
export function memoryReplays(now: Monotonic): ReplayCache {
  const entries = new ExpiringMap<Entry>({ limit: LIMIT, now });
  return {
    async begin(key, { value, lockMs }) {
      const found = entries.get(key);
      if (found) return { kind: found.done ? "done" : "running", value: found.value };
      const token = randomUUID();
      entries.set(key, { token, value, done: false }, lockMs);
      return { kind: "acquired", token };
    },
    async finish(key, token, { value, keepMs }) {
      if (!entries.get(key)?.done) entries.set(key, { token, value, done: true }, keepMs);
    },
    async release(key, token) {
      const found = entries.get(key);
      if (found && !found.done && found.token === token) entries.delete(key);
    },
  };
}
