import type { Dispatcher } from "undici";

/** What came back; `status` 0 when nothing whole did. */
export interface Taken {
  status: number;
  body: string;
}

/** Reads one answer, and keeps its body only when it is a failure. */
export class AnswerReader implements Dispatcher.DispatchHandler {
  readonly #done: (taken: Taken) => void;
  #status = 0;
  #body = "";

  constructor(done: (taken: Taken) => void) {
    this.#done = done;
  }

  onRequestStart(): void {}

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.#status = status;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#status >= 300) this.#body += chunk.toString("utf8");
  }

  onResponseEnd(): void {
    this.#done({ status: this.#status, body: this.#body });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#done({ status: 0, body: error.message });
  }
}
