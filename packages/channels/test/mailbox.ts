import { createServer, type IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";
import type { RawNotification } from "../src/channel.ts";

const WAIT_MS = 5000;
const POLL_MS = 5;

/** Catches callbacks by the number in their address. */
export interface Mailbox {
  urlOf(attemptNo: string): string;
  /** The callbacks caught about an order, once there are at least `count`. */
  caught(attemptNo: string, count: number): Promise<RawNotification[]>;
  close(): Promise<void>;
}

/** Opens a mailbox on a free loopback port. */
export async function openMailbox(): Promise<Mailbox> {
  const mails = new Map<string, RawNotification[]>();
  const server = createServer(async (request, reply) => {
    const attemptNo = request.url?.slice(1) ?? "";
    const raw = await rawOf(request);
    mails.set(attemptNo, [...(mails.get(attemptNo) ?? []), raw]);
    reply.end("success");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the mailbox has no port");
  return {
    urlOf: (attemptNo) => `http://127.0.0.1:${address.port}/${attemptNo}`,
    async caught(attemptNo, count) {
      const giveUpAt = performance.now() + WAIT_MS;
      while (performance.now() < giveUpAt) {
        const found = mails.get(attemptNo) ?? [];
        if (found.length >= count) return found;
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
      throw new Error(`fewer than ${count} notifications about ${attemptNo} came`);
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function rawOf(request: IncomingMessage): Promise<RawNotification> {
  const entries = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
  return { headers: Object.fromEntries(entries), body: await buffer(request) };
}
