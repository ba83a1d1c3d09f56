/** Where a process reads how much time went by, in ms; the zero is arbitrary. */
export type Monotonic = () => number;

/** A bounded map whose entries vanish after their time; the oldest give way when it is full. */
export class ExpiringMap<Value> {
  readonly #entries = new Map<string, { value: Value; expiresAt: number }>();
  readonly #limit: number;
  readonly #now: Monotonic;

  constructor({ limit, now }: { limit: number; now: Monotonic }) {
    this.#limit = limit;
    this.#now = now;
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    if (entry.expiresAt > this.#now()) return entry.value;
    this.#entries.delete(key);
    return undefined;
  }

  set(key: string, value: Value, keepMs: number): void {
    this.#entries.delete(key);
    if (this.#entries.size >= this.#limit) this.#makeRoom();
    this.#entries.set(key, { value, expiresAt: this.#now() + keepMs });
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  #makeRoom(): void {
    const now = this.#now();
    for (const [key, { expiresAt }] of this.#entries) if (expiresAt <= now) this.#entries.delete(key);
    for (const key of this.#entries.keys()) {
      if (this.#entries.size < this.#limit) return;
      this.#entries.delete(key);
    }
  }
}
