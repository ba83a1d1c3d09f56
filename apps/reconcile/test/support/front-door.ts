import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** One address for any number of servers: each connection goes to the next server that takes it, as behind a load balancer. */
export interface FrontDoor {
  url: string;
  /** The servers behind it from now on; connections that are open stay where they are. */
  lead(urls: readonly string[]): void;
  close(): Promise<void>;
}

/** Opens a front door on a free loopback port, with nothing behind it. */
export async function openFrontDoor(): Promise<FrontDoor> {
  let targets: URL[] = [];
  let turn = 0;
  const sockets = new Set<Socket>();

  function join(client: Socket, tries: number): void {
    const target = targets[turn++ % targets.length];
    if (!target || tries === 0) {
      client.destroy();
      return;
    }
    const upstream = connect(Number(target.port), target.hostname);
    upstream.once("error", () => join(client, tries - 1));
    upstream.once("connect", () => {
      upstream.removeAllListeners("error");
      sockets.add(upstream);
      for (const [from, to] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        from.on("error", () => {});
        from.on("close", () => {
          sockets.delete(from);
          to.destroy();
        });
        from.pipe(to);
      }
    });
  }

  const server = createServer((client) => {
    sockets.add(client);
    client.on("error", () => {});
    join(client, targets.length);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lead(urls) {
      targets = urls.map((url) => new URL(url));
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
