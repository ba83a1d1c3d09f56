import type { Coordination } from "./coordination.ts";
import { memoryCoordination } from "./memory.ts";
import { redisCoordination } from "./redis.ts";

/** Opens coordination: `redis://host:port/db` for any number of processes, `memory:` for one. A Redis that is down is no error. */
export async function openCoordination(options: {
  url: string;
  /** Begins every Redis key, default `payhub:`. */
  prefix?: string;
  /** Told when Redis stops answering, once for each outage. */
  onOutage?: (error: Error) => void;
}): Promise<Coordination> {
  if (options.url === "memory:") return memoryCoordination();
  if (/^rediss?:\/\//.test(options.url)) return redisCoordination(options);
  throw new Error("a coordination address is memory: or starts with redis:// or rediss://");
}
