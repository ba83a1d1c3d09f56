import type { IncomingHttpHeaders } from "node:http";
import { createServer } from "node:http";

export interface ReceivedCallback {
  headers: IncomingHttpHeaders;
  body: string;
}

interface ReceiverAnswer {
  status: number;
  body?: string;
  delayMs?: number;
}

/** A merchant's callback URL that keeps what it got. */
export interface CallbackReceiver {
  url: string;
  received: ReceivedCallback[];
  /** How to answer; 204 by default. `index` counts the callbacks from 0. */
  answer: (index: number) => ReceiverAnswer;
  /** Resolves once `count` callbacks have arrived; rejects after 15 s. */
  waitFor(count: number): Promise<ReceivedCallback[]>;
  stop(): Promise<void>;
}

const waitLimitMs = 15_000;

export async function startCallbackReceiver(): Promise<CallbackReceiver> {
  const received: ReceivedCallback[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const index = received.length;
    received.push({ headers: request.headers, body: Buffer.concat(chunks).toString("utf8") });
    const { status, body = "", delayMs = 0 } = receiver.answer(index);
    setTimeout(() => response.writeHead(status).end(body), delayMs);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the receiver listens on a port");
  const receiver: CallbackReceiver = {
    url: `http://127.0.0.1:${address.port}/callback`,
    received,
    answer: () => ({ status: 204 }),
    async waitFor(count) {
      const deadline = Date.now() + waitLimitMs;
      while (received.length < count) {
        if (Date.now() > deadline) throw new Error(`${received.length} of ${count} callbacks arrived`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return received;
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return receiver;
}
