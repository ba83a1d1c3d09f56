import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import type { RawNotification } from "@payhub/channels";

/** A callback as it came, not yet given to the platform. */
export interface MailedCallback {
  channel: string;
  accountNo: string;
  raw: RawNotification;
}

/** Takes callbacks in the gateway's place and keeps them, so that a test says when, how often and to whom each is given. */
export interface CallbackMailbox {
  url: string;
  /** The oldest callback that was not taken yet; waits for one. */
  next(): Promise<MailedCallback>;
  close(): Promise<void>;
}

/** Opens a mailbox on a free loopback port; its address goes into the setting `publicUrl`. */
export async function openCallbackMailbox(): Promise<CallbackMailbox> {
  const kept: MailedCallback[] = [];
  const waiting: ((mail: MailedCallback) => void)[] = [];
  const server = createServer(async (request, response) => {
    const [, , channel = "", accountNo = ""] = (request.url ?? "").split("/");
    const body = await buffer(request);
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const mail = { channel, accountNo, raw: { headers, body } };
    const waiter = waiting.shift();
    if (waiter) waiter(mail);
    else kept.push(mail);
    response.end("success");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the mailbox has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    next() {
      const mail = kept.shift();
      return mail ? Promise.resolve(mail) : new Promise((resolve) => waiting.push(resolve));
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
