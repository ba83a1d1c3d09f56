import { createServer, type Server, type Socket } from "node:net";

const sockets = new WeakMap<Server, Socket[]>();

/** The credentials with another host to call. */
export function at(credentials: Readonly<Record<string, string>>, origin: string): Record<string, string> {
  const path = new URL(credentials.endpoint ?? "").pathname;
  return { ...credentials, endpoint: `${origin}${path === "/" ? "" : path}` };
}

/** A server that answers each request's first bytes, and counts as one request each. */
export async function listen(answer: (socket: Socket) => void): Promise<{ server: Server; origin: string }> {
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.once("data", () => answer(socket));
    sockets.get(server)?.push(socket);
  });
  sockets.set(server, []);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return { server, origin: `http://127.0.0.1:${address.port}` };
}

export async function stop(server: Server): Promise<void> {
  for (const socket of sockets.get(server) ?? []) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
}
