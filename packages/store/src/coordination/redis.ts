import type { Coordination } from "./coordination.ts";
import { memoryNonces } from "./memory/nonces.ts";
import { memoryRates } from "./memory/rates.ts";
import { GuardedRedis, type GuardedRedisOptions } from "./redis/guarded-redis.ts";
import { redisNonces } from "./redis/nonces.ts";
import { redisRates } from "./redis/rates.ts";
import { redisReplays } from "./redis/replays.ts";
import { redisWakeUps } from "./redis/wake-ups.ts";

/** Coordination over Redis 7 or later; `prefix` begins every key, default `payhub:`. */
export async function redisCoordination(options: GuardedRedisOptions & { prefix?: string }): Promise<Coordination> {
  const prefix = options.prefix ?? "payhub:";
  const now = () => performance.now();
  const redis = await GuardedRedis.open(options);
  const wakeUps = redisWakeUps(redis, `${prefix}wake`);
  return {
    replays: redisReplays(redis, `${prefix}replay:`),
    nonces: redisNonces(redis, `${prefix}nonce:`, memoryNonces(now)),
    rates: redisRates(redis, `${prefix}rate:`, memoryRates(now)),
    wakeUps,
    healthy: () => redis.run((client) => client.ping().then(() => true), { otherwise: () => false }),
    async close() {
      wakeUps.close();
      redis.close();
    },
  };
}
