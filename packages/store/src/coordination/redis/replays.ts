import { randomUUID } from "node:crypto";
import type { ReplayCache, ReplayState } from "../coordination.ts";
import type { GuardedRedis } from "./guarded-redis.ts";

const RUNNING = "R";
const DONE = "D";
const TOKEN_LENGTH = 36;

const FINISH = `local found = redis.call('get', KEYS[1])
if not found or string.sub(found, 1, 1) ~= '${DONE}' then redis.call('set', KEYS[1], ARGV[1], 'PX', ARGV[2]) end`;

const RELEASE = `local found = redis.call('get', KEYS[1])
if found and string.sub(found, 1, string.len(ARGV[1])) == ARGV[1] then redis.call('del', KEYS[1]) end`;

/** A key holds `R`, token, value while its call runs, then `D`, answer. */
export function redisReplays(redis: GuardedRedis, prefix: string): ReplayCache {
  const sendRelease = (key: string, token: string) =>
    redis.client.eval(RELEASE, 1, prefix + key, RUNNING + token).then(() => {});
  return {
    async begin(key, { value, lockMs }) {
      const token = randomUUID();
      return redis.run<ReplayState>(
        (client) => client.set(prefix + key, RUNNING + token + value, "PX", lockMs, "NX", "GET").then(asFound(token)),
        {
          otherwise: () => ({ kind: "unavailable" }),
          // Nobody will finish a call that was told to go on without the lock.
          late: (state) => {
            if (state.kind === "acquired") sendRelease(key, token).catch(() => {});
          },
        },
      );
    },
    async finish(key, _token, { value, keepMs }) {
      await redis.run((client) => client.eval(FINISH, 1, prefix + key, DONE + value, keepMs), { otherwise: () => {} });
    },
    async release(key, token) {
      await redis.run(() => sendRelease(key, token), { otherwise: () => {} });
    },
  };
}

function asFound(token: string): (found: string | null) => ReplayState {
  return (found) => {
    if (found === null) return { kind: "acquired", token };
    if (found.startsWith(DONE)) return { kind: "done", value: found.slice(DONE.length) };
    return { kind: "running", value: found.slice(RUNNING.length + TOKEN_LENGTH) };
  };
}
