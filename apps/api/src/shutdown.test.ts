import { once } from "node:events";
import { connect } from "node:net";
import { createLog } from "@payhub/runtime";
import { fastify } from "fastify";
import { expect, test } from "vitest";
import { shutDown } from "./shutdown.ts";

async function start(idle: () => Promise<void>) {
  const steps: string[] = [];
  const server = fastify();
  server.get("/never", () => new Promise(() => {}));
  const { port } = new URL(await server.listen({ host: "127.0.0.1", port: 0 }));
  const step = (name: string) => () => void steps.push(name);
  const api = {
    http: { server, drain: step("drain") },
    wiring: { stop: step("stop"), idle, close: async () => void steps.push("close") },
    log: createLog({ app: "api", level: "silent" }),
  };
  return { steps, port: Number(port), close: (graceMs: number) => shutDown(api, graceMs) };
}

test("the database is closed after the work that follows an answer, within the grace", async () => {
  const { steps, close } = await start(async () => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    steps.push("idle");
  });
  expect(await close(5_000)).toBe(true);
  expect(steps).toEqual(["stop", "drain", "idle", "close"]);
});

test("past the grace what is in flight is cut", async () => {
  const { steps, port, close } = await start(async () => {});
  const socket = connect(port, "127.0.0.1");
  socket.write("GET /never HTTP/1.1\r\nhost: x\r\n\r\n");
  await new Promise((resolve) => setTimeout(resolve, 50));
  const cut = once(socket, "close");
  expect(await close(100)).toBe(false);
  await cut;
  expect(steps).toEqual(["stop", "drain", "close"]);
});
