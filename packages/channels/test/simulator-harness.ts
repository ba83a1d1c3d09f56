import { createServer, type IncomingMessage } from "node:http";
import type { Channel, Simulator } from "@payhub/simulator";
import type { RawNotification } from "../src/channel.ts";
import type { ChannelHarness } from "./contract/harness.ts";

const WAIT_MS = 5000;
const POLL_MS = 5;

/** Puts a running simulator behind the contract's harness, with a server that catches its callbacks by order number. */
export async function simulatorHarness(options: {
  channel: Channel;
  simulator: Simulator;
  credentials: Readonly<Record<string, string>>;
  successor: Readonly<Record<string, string>>;
  secrets: readonly string[];
}): Promise<ChannelHarness> {
  const { channel, simulator, credentials, successor, secrets } = options;
  const caught = new Map<string, RawNotification[]>();
  const mailbox = createServer(async (request, reply) => {
    const attemptNo = request.url?.slice(1) ?? "";
    caught.set(attemptNo, [...(caught.get(attemptNo) ?? []), await rawOf(request)]);
    reply.end("success");
  });
  await new Promise<void>((resolve) => mailbox.listen(0, "127.0.0.1", resolve));
  const address = mailbox.address();
  if (address === null || typeof address === "string") throw new Error("the mailbox has no port");

  async function notifications(attemptNo: string, count: number): Promise<RawNotification[]> {
    const giveUpAt = performance.now() + WAIT_MS;
    while (performance.now() < giveUpAt) {
      const found = caught.get(attemptNo) ?? [];
      if (found.length >= count) return found;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    throw new Error(`fewer than ${count} notifications about ${attemptNo} came`);
  }

  return {
    credentials,
    successor,
    secrets,
    notifyUrl: (attemptNo) => `http://127.0.0.1:${address.port}/${attemptNo}`,
    fault: ({ operation, attemptNo, fault }) =>
      simulator.faults.script({ channel, operation, match: (outTradeNo) => outTradeNo === attemptNo, fault }),
    callbackFault: ({ attemptNo, fault }) =>
      simulator.faults.callback({ channel, match: (outTradeNo) => outTradeNo === attemptNo, fault }),
    calls: (attemptNo) => simulator.calls().filter(({ outTradeNo }) => outTradeNo === attemptNo).length,
    scan: (codeUrl) => void simulator.payer.open(codeUrl),
    pay: (codeUrl) => void simulator.payer.pay(codeUrl),
    notifications,
    async stop() {
      await simulator.stop();
      mailbox.closeAllConnections();
      await new Promise((resolve) => mailbox.close(resolve));
    },
  };
}

async function rawOf(request: IncomingMessage): Promise<RawNotification> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const entries = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
  return { headers: Object.fromEntries(entries), body: Buffer.concat(chunks) };
}
