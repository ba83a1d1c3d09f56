import { createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { freePort } from "./free-port.ts";
import { mysqlProbe, redisProbe, waitUntilAnswers } from "./wait-until-answers.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function serve(port: number, onConnection: (socket: Socket) => void): Promise<void> {
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    onConnection(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
}

const patient = { timeoutMs: 5_000, gone: () => false };
const impatient = { timeoutMs: 200, gone: () => false };

describe("waitUntilAnswers", () => {
  it("waits for a server that is not there yet", async () => {
    const port = await freePort();
    const waiting = waitUntilAnswers(redisProbe(port), patient);
    await serve(port, (socket) => socket.on("data", () => socket.end("+PONG\r\n")));
    await expect(waiting).resolves.toBeUndefined();
  });

  it("knows MySQL by its greeting", async () => {
    const port = await freePort();
    await serve(port, (socket) => socket.end(Buffer.from([0x4a, 0, 0, 0, 10])));
    await expect(waitUntilAnswers(mysqlProbe(port), patient)).resolves.toBeUndefined();
  });

  it("does not take an open port or an error for an answer", async () => {
    const port = await freePort();
    await serve(port, (socket) => socket.end("-LOADING data set\r\n"));
    await expect(waitUntilAnswers(redisProbe(port), impatient)).rejects.toThrow("within 200 ms");
    await expect(waitUntilAnswers(mysqlProbe(port), impatient)).rejects.toThrow("within 200 ms");
  });

  it("gives up at once when the server has ended", async () => {
    const port = await freePort();
    const waiting = waitUntilAnswers(redisProbe(port), { timeoutMs: 60_000, gone: () => true });
    await expect(waiting).rejects.toThrow("ended before it answered");
  });
});
