import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";

/** How Redis is reached. */
export interface GuardedRedisOptions {
  url: string;
  /** How long one command may take, default 300 ms. */
  commandTimeoutMs?: number;
  /** How long nothing is asked after a failure, default 500 ms. */
  pauseMs?: number;
  /** Told when Redis stops answering, once for each outage. */
  onOutage?: (error: Error) => void;
}

const COMMAND_TIMEOUT_MS = 300;
const PAUSE_MS = 500;
const CONNECT_TIMEOUT_MS = 2_000;
const RECONNECT_DELAY_MS = { first: 50, most: 1_000 };

/** Redis that is never waited for: a command has a short bound, and after a failure calls fall back at once until a probe succeeds. */
export class GuardedRedis {
  readonly client: Redis;
  readonly #commandTimeoutMs: number;
  readonly #pauseMs: number;
  readonly #onOutage: ((error: Error) => void) | undefined;
  #failing = false;
  #probing = false;
  #pausedUntil = 0;

  private constructor(options: GuardedRedisOptions) {
    this.#commandTimeoutMs = options.commandTimeoutMs ?? COMMAND_TIMEOUT_MS;
    this.#pauseMs = options.pauseMs ?? PAUSE_MS;
    this.#onOutage = options.onOutage;
    this.client = new Redis(options.url, {
      enableAutoPipelining: true,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      connectTimeout: CONNECT_TIMEOUT_MS,
      retryStrategy: (tries) => Math.min(RECONNECT_DELAY_MS.first * 2 ** tries, RECONNECT_DELAY_MS.most),
    });
    this.client.on("error", (error: Error) => this.#fail(error));
  }

  /** Opens a connection and waits a moment for it; a Redis that is down is tried again in the background. */
  static async open(options: GuardedRedisOptions): Promise<GuardedRedis> {
    const guarded = new GuardedRedis(options);
    const patience = new AbortController();
    const ready = once(guarded.client, "ready", { signal: patience.signal }).catch(() => {});
    await Promise.race([ready, sleep(CONNECT_TIMEOUT_MS, undefined, { signal: patience.signal }).catch(() => {})]);
    patience.abort();
    return guarded;
  }

  /** Sends a command; `otherwise` answers when Redis does not. `late` gets what a command that was given up brings after all. */
  async run<T, Fallback = T>(
    command: (redis: Redis) => Promise<T>,
    { otherwise, late }: { otherwise: () => Fallback | Promise<Fallback>; late?: (reply: T) => void },
  ): Promise<T | Fallback> {
    const probe = this.#failing;
    if (probe && (this.#probing || performance.now() < this.#pausedUntil)) return otherwise();
    this.#probing = probe;
    try {
      const reply = await this.#bounded(command(this.client), late);
      this.#failing = false;
      return reply;
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
      return otherwise();
    } finally {
      if (probe) this.#probing = false;
    }
  }

  close(): void {
    this.client.disconnect();
  }

  #bounded<T>(reply: Promise<T>, late: ((reply: T) => void) | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`Redis did not answer within ${this.#commandTimeoutMs} ms`));
        if (late) reply.then(late, () => {});
      }, this.#commandTimeoutMs);
      reply.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }

  #fail(error: Error): void {
    this.#pausedUntil = performance.now() + this.#pauseMs;
    if (this.#failing) return;
    this.#failing = true;
    this.#onOutage?.(error);
  }
}
