/** What an idempotency key is found as. */
export type ReplayState =
  /** The caller holds the key and must finish or release it. */
  | { kind: "acquired"; token: string }
  /** Another call holds it; `value` is what that call began with. */
  | { kind: "running"; value: string }
  /** The answer of an earlier call. */
  | { kind: "done"; value: string }
  /** Coordination cannot be reached: go on, the database keeps the promises. */
  | { kind: "unavailable" };

/** Remembers running and answered calls. Speed, not truth. */
export interface ReplayCache {
  /** Takes the key for `lockMs` when it is free; one round trip. */
  begin(key: string, call: { value: string; lockMs: number }): Promise<ReplayState>;
  /** Stores the answer for `keepMs`, unless another holder has answered by now. */
  finish(key: string, token: string, answer: { value: string; keepMs: number }): Promise<void>;
  /** Frees a key whose call may run again; only its holder can. */
  release(key: string, token: string): Promise<void>;
}

/** Remembers nonces. Falls back to this process's memory when it cannot be reached. */
export interface NonceRegister {
  /** True the first time a nonce is used within `keepMs`. */
  use(nonce: string, keepMs: number): Promise<boolean>;
}

/** Counts calls in fixed windows. Falls back to this process's memory. */
export interface RateCounter {
  /** Counts one call and returns the window's count so far. */
  hit(key: string, windowMs: number): Promise<number>;
}

/** A listener on one topic; it misses nothing from the moment it exists. */
export interface WakeUpListener {
  /** True when the topic was woken since the last call, false after `timeoutMs` or when `signal` aborts. */
  next(timeoutMs: number, signal?: AbortSignal): Promise<boolean>;
  close(): void;
}

/** Tells waiting processes that something happened. A lost wake-up costs time, never a fact: every waiter also asks on its own. */
export interface WakeUps {
  notify(topic: string): void;
  listen(topic: string): WakeUpListener;
}

/** What processes share to be fast: Redis, or one process's memory. */
export interface Coordination {
  readonly replays: ReplayCache;
  readonly nonces: NonceRegister;
  readonly rates: RateCounter;
  readonly wakeUps: WakeUps;
  /** Whether the shared part answers now. */
  healthy(): Promise<boolean>;
  close(): Promise<void>;
}
