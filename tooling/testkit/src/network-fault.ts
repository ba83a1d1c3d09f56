import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A TCP relay in front of a server that can be made to fail. */
export interface NetworkFault {
  /** The server's address with the relay's host and port. */
  readonly url: string;
  /** Drops every connection and refuses new ones. */
  cut(): void;
  /** Keeps connections open and lets nothing through. */
  hang(): void;
  /** Lets everything through, also what waited. */
  heal(): void;
  close(): Promise<void>;
}

/** Puts a relay in front of the server at `url`. */
export async function networkFault(url: string): Promise<NetworkFault> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let state: "open" | "cut" | "hanging" = "open";

  const relay = (from: Socket, to: Socket) => {
    sockets.add(from);
    from.on("data", (chunk) => to.write(chunk));
    from.on("error", () => {});
    from.on("close", () => {
      sockets.delete(from);
      to.destroy();
    });
    if (state === "hanging") from.pause();
  };
  const server = createServer((client) => {
    if (state === "cut") {
      client.destroy();
      return;
    }
    const upstream = connect(Number(target.port), target.hostname);
    relay(client, upstream);
    relay(upstream, client);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");

  const relayed = new URL(url);
  relayed.hostname = "127.0.0.1";
  relayed.port = String((server.address() as AddressInfo).port);
  return {
    url: relayed.href,
    cut() {
      state = "cut";
      for (const socket of sockets) socket.destroy();
    },
    hang() {
      state = "hanging";
      for (const socket of sockets) socket.pause();
    },
    heal() {
      state = "open";
      for (const socket of sockets) socket.resume();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
