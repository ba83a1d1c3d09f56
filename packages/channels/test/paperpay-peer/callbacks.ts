import { createHmac, randomUUID } from "node:crypto";

/** What Paper Pay is told to do wrong with the next callback about one order. */
export type CallbackFault =
  | "forged"
  | "lost"
  | { kind: "duplicate"; count: number }
  | { kind: "wrong_amount"; amount: number }
  | { kind: "wrong_merchant" };

const DEADLINE_MS = 5000;

/** Sends callbacks, each at most as often as a fault says; nobody is told again. */
export class PaperCallbacks {
  readonly #now: () => number;
  readonly #key: string;
  readonly #faults = new Map<string, CallbackFault>();
  readonly #running = new Set<Promise<void>>();

  constructor({ now, key }: { now: () => number; key: string }) {
    this.#now = now;
    this.#key = key;
  }

  fault(orderNo: string, fault: CallbackFault): void {
    this.#faults.set(orderNo, fault);
  }

  send(url: string, { orderNo, words }: { orderNo: string; words: Readonly<Record<string, unknown>> }): void {
    const fault = this.#faults.get(orderNo);
    this.#faults.delete(orderNo);
    if (fault === "lost") return;
    const body = JSON.stringify({ id: randomUUID(), ...words, ...changesOf(fault) });
    const time = String(Math.floor(this.#now() / 1000));
    const key = fault === "forged" ? "0".repeat(64) : this.#key;
    const signature = createHmac("sha256", Buffer.from(key, "hex")).update(`${time}\n${body}`).digest("hex");
    const headers = { "paperpay-time": time, "paperpay-signature": signature };
    const count = typeof fault === "object" && fault.kind === "duplicate" ? fault.count : 1;
    for (let sent = 0; sent < count; sent += 1) this.#post(url, { headers, body });
  }

  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }

  #post(url: string, { headers, body }: { headers: Record<string, string>; body: string }): void {
    const post = fetch(url, { method: "POST", headers, body, signal: AbortSignal.timeout(DEADLINE_MS) }).then(
      (response) => void response.body?.cancel(),
      // The shop does not listen; it will ask.
      () => undefined,
    );
    this.#running.add(post);
    void post.then(() => this.#running.delete(post));
  }
}

function changesOf(fault: CallbackFault | undefined): Record<string, unknown> {
  if (typeof fault !== "object") return {};
  switch (fault.kind) {
    case "wrong_amount":
      return { amount: fault.amount };
    case "wrong_merchant":
      return { shopNo: "999999" };
    case "duplicate":
      return {};
  }
}
