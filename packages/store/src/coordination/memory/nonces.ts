import type { NonceRegister } from "../coordination.ts";
import { ExpiringMap, type Monotonic } from "./expiring-map.ts";

const LIMIT = 200_000;

/** The nonces that one process saw. */
export interface MemoryNonces extends NonceRegister {
  has(nonce: string): boolean;
}

export function memoryNonces(now: Monotonic): MemoryNonces {
  const seen = new ExpiringMap<true>({ limit: LIMIT, now });
  return {
    has: (nonce) => seen.get(nonce) ?? false,
    async use(nonce, keepMs) {
      if (seen.get(nonce)) return false;
      seen.set(nonce, true, keepMs);
      return true;
    },
  };
}
