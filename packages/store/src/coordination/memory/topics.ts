import type { WakeUpListener, WakeUps } from "../coordination.ts";

/** The wake-ups of a single process. */
export class Topics implements WakeUps {
  readonly #listeners = new Map<string, Set<Listener>>();

  notify(topic: string): void {
    for (const listener of this.#listeners.get(topic) ?? []) listener.wake();
  }

  /** Wakes every listener, for when wake-ups may have been lost. */
  notifyAll(): void {
    for (const topic of this.#listeners.keys()) this.notify(topic);
  }

  listen(topic: string): WakeUpListener {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners);
    const listener = new Listener(() => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(topic) === listeners) this.#listeners.delete(topic);
    });
    listeners.add(listener);
    return listener;
  }
}

class Listener implements WakeUpListener {
  readonly #forget: () => void;
  #woken = false;
  #closed = false;
  #settle: (() => void) | undefined;

  constructor(forget: () => void) {
    this.#forget = forget;
  }

  wake(): void {
    this.#woken = true;
    this.#settle?.();
  }

  async next(timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
    if (this.#settle) throw new Error("a listener waits once at a time");
    if (!this.#woken && !this.#closed && !signal?.aborted) await this.#wait(timeoutMs, signal);
    const woken = this.#woken;
    this.#woken = false;
    return woken;
  }

  async #wait(timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, timeoutMs);
    const abort = () => resolve();
    signal?.addEventListener("abort", abort, { once: true });
    this.#settle = resolve;
    await promise;
    this.#settle = undefined;
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }

  close(): void {
    this.#closed = true;
    this.#forget();
    this.#settle?.();
  }
}
