import { Agent, type Dispatcher } from "urllib";

type Headers = Parameters<NonNullable<Dispatcher.DispatchHandler["onResponseStart"]>>[2];

const MAX_ANSWER_BYTES = 1024 * 1024;

/** The gateway gave no whole answer; `sent` tells whether a byte of the call may have left. */
export class GatewayFault extends Error {
  override readonly name = "GatewayFault";
  readonly sent: boolean;

  constructor(reason: string, sent: boolean) {
    super(reason);
    this.sent = sent;
  }
}

/**
 * The HTTP line under `alipay-sdk`: one kept-alive pool, one deadline from dispatch to the last byte, 1 MiB per answer.
 * Every failure becomes a {@link GatewayFault}, which the SDK's HTTP client neither re-sends nor follows elsewhere.
 */
export function createGatewayDispatcher({ deadlineMs }: { deadlineMs: number }): Dispatcher.ComposedDispatcher {
  // Half the deadline for connecting: a dead address is then told apart from a silent gateway.
  const agent = new Agent({ connect: { timeout: Math.ceil(deadlineMs / 2) } });
  return agent.compose((dispatch) => (options, handler) => dispatch(options, new GuardedCall(handler, deadlineMs)));
}

class GuardedCall implements Dispatcher.DispatchHandler {
  readonly #handler: Dispatcher.DispatchHandler;
  readonly #timer: NodeJS.Timeout;
  readonly #deadlineMs: number;
  readonly #deadlineAt: number;
  #controller: Dispatcher.DispatchController | undefined;
  #received = 0;

  constructor(handler: Dispatcher.DispatchHandler, deadlineMs: number) {
    this.#handler = handler;
    this.#deadlineMs = deadlineMs;
    this.#deadlineAt = performance.now() + deadlineMs;
    this.#timer = setTimeout(() => this.#expire(), deadlineMs);
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: object): void {
    if (performance.now() >= this.#deadlineAt) {
      // A connection in hand and nothing written yet: an abort here still sends nothing.
      controller.abort(new GatewayFault("not connected within the deadline", false));
      return;
    }
    this.#controller = controller;
    this.#handler.onRequestStart?.(controller, context);
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: Headers, text?: string): void {
    const problem = problemOf(status, headers);
    if (problem) controller.abort(new GatewayFault(problem, true));
    else this.#handler.onResponseStart?.(controller, status, headers, text);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#received += chunk.length;
    if (this.#received > MAX_ANSWER_BYTES) controller.abort(new GatewayFault("an answer over 1 MiB", true));
    else this.#handler.onResponseData?.(controller, chunk);
  }

  onResponseEnd(controller: Dispatcher.DispatchController, trailers: Headers): void {
    clearTimeout(this.#timer);
    this.#handler.onResponseEnd?.(controller, trailers);
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    clearTimeout(this.#timer);
    this.#handler.onResponseError?.(controller, faultOf(error, this.#controller !== undefined));
  }

  #expire(): void {
    this.#controller?.abort(new GatewayFault(`no whole answer within ${this.#deadlineMs} ms`, true));
  }
}

/** The gateway answers 200 and nothing else, plain; an encoded body could grow past every limit when it is opened. */
function problemOf(status: number, headers: Headers): string | undefined {
  if (status >= 200 && status !== 200) return `HTTP status ${status}`;
  return headers["content-encoding"] === undefined ? undefined : "an encoded answer";
}

function faultOf(error: Error, sent: boolean): GatewayFault {
  if (error instanceof GatewayFault) return error;
  const code = "code" in error && typeof error.code === "string" ? error.code : error.name;
  return new GatewayFault(sent ? `connection lost: ${code}` : `not connected: ${code}`, sent);
}
