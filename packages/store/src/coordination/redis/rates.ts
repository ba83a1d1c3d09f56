import type { RateCounter } from "../coordination.ts";
import type { GuardedRedis } from "./guarded-redis.ts";

const HIT = `local count = redis.call('incr', KEYS[1])
if count == 1 then redis.call('pexpire', KEYS[1], ARGV[1]) end
return count`;

/** Counts in Redis; a window starts at its first call. */
export function redisRates(redis: GuardedRedis, prefix: string, local: RateCounter): RateCounter {
  return {
    hit: (key, windowMs) =>
      redis.run((client) => client.eval(HIT, 1, prefix + key, windowMs).then(Number), {
        otherwise: () => local.hit(key, windowMs),
      }),
  };
}
