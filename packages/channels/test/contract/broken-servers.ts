import type { Socket } from "node:net";
import { expect, test } from "vitest";
import { type Bench, DEADLINE_MS, OPERATIONS } from "./bench.ts";
import { at, listen, stop } from "./raw-server.ts";

export function describeBrokenServers<C>(bench: Bench<C>): void {
  test.each(OPERATIONS)("%s: nobody listens, so nothing was sent", async (operation) => {
    const { server, origin } = await listen(() => undefined);
    await stop(server);
    const connection = bench.connect(at(bench.harness.credentials, origin));
    const outcome = await bench.run(operation, bench.request(), { connection });
    expect(outcome).toMatchObject({ kind: "unsent", reason: expect.any(String) });
  });

  const head = "HTTP/1.1 200 OK\r\ncontent-type: application/json;charset=utf-8\r\n";
  const servers: { title: string; answer(socket: Socket): void }[] = [
    { title: "silence", answer: () => undefined },
    { title: "a cut before the answer", answer: (socket) => socket.destroy() },
    { title: "half an answer", answer: (socket) => socket.end(`${head}content-length: 100\r\n\r\n{"code_url":`) },
    { title: "no HTTP", answer: (socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n") },
    { title: "an empty 200", answer: (socket) => socket.end(`${head}content-length: 0\r\n\r\n`) },
    { title: "HTML under 403", answer: (socket) => socket.end("HTTP/1.1 403 No\r\ncontent-length: 6\r\n\r\n<html>") },
    {
      title: "a redirect",
      answer: (socket) => socket.end("HTTP/1.1 302 Go\r\nlocation: /\r\ncontent-length: 0\r\n\r\n"),
    },
    { title: "an answer that drips for ever", answer: drip },
    { title: "an answer of 3 MiB", answer: flood },
  ];
  test.each(servers)("$title is never taken for an answer", async ({ answer }) => {
    let requests = 0;
    const { server, origin } = await listen((socket) => {
      requests += 1;
      answer(socket);
    });
    const connection = bench.connect(at(bench.harness.credentials, origin));
    const startedAt = performance.now();
    const outcome = await bench.run("create", bench.request(), { connection });
    const tookMs = performance.now() - startedAt;
    await stop(server);
    expect(outcome).toMatchObject({ kind: bench.coldOutcome });
    expect(tookMs).toBeLessThan(DEADLINE_MS + 500);
    expect(requests).toBe(1);
  });

  function drip(socket: Socket): void {
    socket.write(`${head}content-length: 5000\r\n\r\n`);
    const timer = setInterval(() => socket.write(" "), 20);
    socket.on("close", () => clearInterval(timer));
  }

  function flood(socket: Socket): void {
    const bytes = 3 * 1024 * 1024;
    socket.write(`${head}content-length: ${bytes}\r\n\r\n`);
    socket.write(Buffer.alloc(bytes, " "));
  }
}
