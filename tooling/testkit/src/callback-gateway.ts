import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import { receiveNotification, type ServiceContext } from "@payhub/services";

/** A bare callback gateway on a free loopback port, for tests that need callbacks and no api. */
export interface CallbackGateway {
  url: string;
  close(): Promise<void>;
}

/** Starts a gateway; the context is asked for at each callback, since it needs the gateway's address itself. */
export async function startCallbackGateway(context: () => ServiceContext): Promise<CallbackGateway> {
  const running = new Set<Promise<void>>();
  const server = createServer(async (request, response) => {
    const [, , channel = "", accountNo = ""] = (request.url ?? "").split("/");
    const body = await buffer(request);
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const { answer, afterwards } = await receiveNotification(context(), { channel, accountNo, raw: { headers, body } });
    response.writeHead(answer.status, { ...answer.headers }).end(answer.body);
    if (!afterwards) return;
    const work = afterwards().finally(() => running.delete(work));
    running.add(work);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the gateway has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await Promise.all(running);
    },
  };
}
