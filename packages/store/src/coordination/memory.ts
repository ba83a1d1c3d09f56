import type { Coordination } from "./coordination.ts";
import type { Monotonic } from "./memory/expiring-map.ts";
import { memoryNonces } from "./memory/nonces.ts";
import { memoryRates } from "./memory/rates.ts";
import { memoryReplays } from "./memory/replays.ts";
import { Topics } from "./memory/topics.ts";

/** Coordination inside one process, for the sandbox and the first contact. */
export function memoryCoordination(now: Monotonic = () => performance.now()): Coordination {
  return {
    replays: memoryReplays(now),
    nonces: memoryNonces(now),
    rates: memoryRates(now),
    wakeUps: new Topics(),
    healthy: async () => true,
    close: async () => {},
  };
}
