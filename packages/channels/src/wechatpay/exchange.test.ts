import { createServer, type Socket } from "node:net";
import { Agent, Dispatcher } from "undici";
import { afterEach, describe, expect, test } from "vitest";
import { exchange } from "./exchange.ts";

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A raw server: `answer` gets the count of requests so far, over all connections. */
async function serve(answer: (socket: Socket, count: number) => void): Promise<string> {
  let count = 0;
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => socket.destroy());
    socket.on("data", () => answer(socket, ++count));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `http://127.0.0.1:${address.port}`;
}

function agentOf(options: Agent.Options = {}): Agent {
  const agent = new Agent({ pipelining: 1, ...options });
  closers.push(() => agent.destroy());
  return agent;
}

const post = (dispatcher: Dispatcher, origin: string, timeoutMs = 500) =>
  exchange(dispatcher, { origin, method: "POST", path: "/", headers: {}, body: "{}", timeoutMs });
const ok = (body: string) => `HTTP/1.1 200 OK\r\nx-a: b\r\ncontent-length: ${body.length}\r\n\r\n${body}`;

describe("exchange", () => {
  test("brings an answer whole, in however many pieces", async () => {
    const origin = await serve((socket) => {
      socket.write(ok("hello world").slice(0, -6));
      setTimeout(() => socket.write(" world"), 20);
    });
    const outcome = await post(agentOf(), origin);
    if (outcome.kind !== "answered") throw new Error(outcome.reason);
    expect(outcome).toMatchObject({ status: 200, headers: { "x-a": "b" } });
    expect(outcome.body.toString()).toBe("hello world");
  });

  test("an answer may have a mebibyte and no more", async () => {
    const most = 1024 * 1024;
    const origin = await serve((socket, count) => socket.write(ok("x".repeat(count === 1 ? most : most + 1))));
    const agent = agentOf();
    expect(await post(agent, origin, 3000)).toMatchObject({ kind: "answered" });
    expect(await post(agent, origin, 3000)).toMatchObject({
      kind: "unknown",
      reason: expect.stringContaining("too long"),
    });
  });

  test("an interim answer is not the answer", async () => {
    const origin = await serve((socket) => socket.write(`HTTP/1.1 103 Early Hints\r\n\r\n${ok("done")}`));
    expect(await post(agentOf(), origin)).toMatchObject({ kind: "answered", status: 200 });
  });

  test("a kept-alive connection that the server cuts under our bytes is unknown, and nothing is sent again", async () => {
    let requests = 0;
    const origin = await serve((socket, count) => {
      requests = count;
      if (count === 1) socket.write(ok("first"));
      else socket.destroy();
    });
    const agent = agentOf({ connections: 1 });
    expect(await post(agent, origin)).toMatchObject({ kind: "answered" });
    expect(await post(agent, origin)).toMatchObject({ kind: "unknown" });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(requests).toBe(2);
  });

  test("a deadline that passes before there is a connection means unsent, and stays unsent when it comes late", async () => {
    let requests = 0;
    const origin = await serve((socket) => {
      requests += 1;
      socket.write(ok("late"));
    });
    const { createConnection } = await import("node:net");
    const agent = agentOf({
      connect: ({ port }, callback) => {
        const socket = createConnection({ port: Number(port), host: "127.0.0.1" });
        setTimeout(() => callback(null, socket), 150);
      },
    });
    expect(await post(agent, origin, 50)).toMatchObject({ kind: "unsent" });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(requests).toBe(0);
  });

  test("a deadline that passes in a queue for a connection means unsent", async () => {
    const origin = await serve(() => undefined);
    const agent = agentOf({ connections: 1 });
    const [first, second] = await Promise.all([post(agent, origin, 100), post(agent, origin, 50)]);
    expect(first.kind).toBe("unknown");
    expect(second.kind).toBe("unsent");
  });

  test("a host that does not exist means unsent", async () => {
    expect(await post(agentOf(), "http://nowhere.invalid", 3000)).toMatchObject({ kind: "unsent" });
  });

  test("a library that would send again is stopped", async () => {
    const aborted: number[] = [];
    class Repeating extends Dispatcher {
      override dispatch(_options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
        for (const turn of [1, 2]) {
          const abort = () => void aborted.push(turn);
          const controller = { aborted: false, paused: false, reason: null, abort, pause() {}, resume() {} };
          handler.onRequestStart?.(controller, {});
        }
        return true;
      }
    }
    const outcome = post(new Repeating(), "http://127.0.0.1", 50);
    expect(aborted).toEqual([2]);
    expect(await outcome).toMatchObject({ kind: "unknown" });
  });
});
