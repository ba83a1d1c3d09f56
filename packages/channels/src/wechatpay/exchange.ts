import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";
import type { Unknown, Unsent } from "../channel.ts";

const MAX_BODY_BYTES = 1024 * 1024;

/** An answer as it came, whole. */
export interface Answered {
  kind: "answered";
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface ExchangeOptions {
  origin: string;
  method: "GET" | "POST";
  path: string;
  headers: Record<string, string>;
  body: string;
  /** Bounds everything: waiting for a connection, sending, and reading to the last byte. */
  timeoutMs: number;
}

/** Makes one HTTP exchange and tells whether a byte of it can have left; never rejects, never repeats. */
export function exchange(dispatcher: Dispatcher, options: ExchangeOptions): Promise<Answered | Unknown | Unsent> {
  return new Promise((resolve) => {
    const handler = new ExchangeHandler(resolve, options.timeoutMs);
    const { origin, method, path, headers, body } = options;
    dispatcher.dispatch({ origin, method, path, headers, body: body === "" ? null : body }, handler);
  });
}

class ExchangeHandler implements Dispatcher.DispatchHandler {
  readonly #resolve: (outcome: Answered | Unknown | Unsent) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #chunks: Buffer[] = [];
  #controller: Dispatcher.DispatchController | undefined;
  #size = 0;
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  #over = false;

  constructor(resolve: (outcome: Answered | Unknown | Unsent) => void, timeoutMs: number) {
    this.#resolve = resolve;
    this.#timer = setTimeout(() => this.#fail("the deadline passed"), Math.max(timeoutMs, 0));
  }

  /** undici calls this just before it writes the first byte, and again if it were to send anew on another socket. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#over || this.#controller) {
      controller.abort(new Error("given up"));
      return;
    }
    this.#controller = controller;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size > MAX_BODY_BYTES) this.#fail("the answer is too long");
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const [first, ...more] = this.#chunks;
    const body = first && more.length === 0 ? first : Buffer.concat(this.#chunks);
    this.#end({ kind: "answered", status: this.#status, headers: this.#headers, body });
  }

  /** Only the code of an error is told: its message may hold a path or an address. */
  onResponseError(_controller: Dispatcher.DispatchController, error: Error & { code?: string }): void {
    this.#fail(error.code ?? error.name);
  }

  #fail(reason: string): void {
    const started = this.#controller !== undefined;
    this.#end({
      kind: started ? "unknown" : "unsent",
      reason: `${started ? "no whole answer" : "not sent"}: ${reason}`,
    });
    this.#controller?.abort(new Error("given up"));
  }

  #end(outcome: Answered | Unknown | Unsent): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    this.#resolve(outcome);
  }
}
