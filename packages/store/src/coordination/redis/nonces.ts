import type { NonceRegister } from "../coordination.ts";
import type { MemoryNonces } from "../memory/nonces.ts";
import type { GuardedRedis } from "./guarded-redis.ts";

/** Nonces in Redis; those of an outage stay known to the process that saw them. */
export function redisNonces(redis: GuardedRedis, prefix: string, local: MemoryNonces): NonceRegister {
  return {
    async use(nonce, keepMs) {
      if (local.has(nonce)) return false;
      return redis.run((client) => client.set(prefix + nonce, "", "PX", keepMs, "NX").then((reply) => reply === "OK"), {
        otherwise: () => local.use(nonce, keepMs),
      });
    },
  };
}
