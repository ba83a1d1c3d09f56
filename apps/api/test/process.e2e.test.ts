import { once } from "node:events";
import { Agent, request } from "node:http";
import type { PaymentView } from "@payhub/contract";
import { openStore } from "@payhub/store";
import { createMysqlDatabase, networkFault, testServices } from "@payhub/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type ApiProcess, kill, spawnApi, startApiProcess } from "./support/api-process.ts";
import { dataOf, get, post, signHeaders } from "./support/call.ts";
import { order, type Platform, startPlatform } from "./support/platform.ts";

let platform: Platform;
const running: Pick<ApiProcess, "child" | "exited">[] = [];

beforeAll(async () => {
  platform = await startPlatform();
});
afterEach(async () => {
  platform.simulator.faults.clear();
  for (const api of running.splice(0)) await kill(api);
});
afterAll(() => platform?.stop());

async function start(own: Record<string, string> = {}): Promise<ApiProcess> {
  const api = await startApiProcess(platform.env(own));
  running.push(api);
  return api;
}

async function readiness(url: string) {
  const response = await fetch(`${url}/readyz`);
  return { status: response.status, state: (await response.json()) as Record<string, unknown> };
}

function watch(api: ApiProcess, paymentNo: string): Promise<Response> {
  const path = "/trpc/payments.watch";
  const query = `input=${encodeURIComponent(JSON.stringify({ paymentNo }))}`;
  const signed = signHeaders(platform.signer, { method: "GET", path, query, body: "" });
  return fetch(`${api.url}${path}?${query}`, { headers: { ...signed, accept: "text/event-stream" } });
}

const slowChannel = (ms: number) =>
  platform.simulator.faults.script({ channel: "wechatpay", operation: "create", fault: { kind: "delay", ms } });

describe("on SIGTERM", () => {
  test("calls in flight are answered, polls and subscriptions end, and the process leaves with 0", async () => {
    const api = await start();
    const { paymentNo } = dataOf<PaymentView>(await post(api.url, platform.signer, "payments.create", order(platform)));
    const subscription = await watch(api, paymentNo);
    const reader = (subscription.body as ReadableStream<Uint8Array>).getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toContain("event: connected");
    slowChannel(1_500);
    const creating = post(api.url, platform.signer, "payments.create", order(platform));
    const polling = post(api.url, platform.signer, "events.pull", JSON.stringify({ waitMs: 30_000 }));
    await expect.poll(() => platform.simulator.calls().length, { timeout: 15_000 }).toBeGreaterThanOrEqual(1);
    await new Promise((resolve) => setTimeout(resolve, 300));

    const before = performance.now();
    api.child.kill("SIGTERM");
    expect(dataOf(await polling)).toEqual({ events: [], leasedUntil: null });
    await expect(fetch(`${api.url}/readyz`)).rejects.toThrow();
    expect(dataOf(await creating)).toMatchObject({ status: "created", action: { type: "show_qr" } });
    expect(await api.exited).toBe(0);
    expect(performance.now() - before).toBeLessThan(8_000);
    let rest = "";
    try {
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        rest += new TextDecoder().decode(part.value);
      }
    } catch {
      rest += "cut";
    }
    expect(rest).toMatch(/cut$/);
    expect(rest).not.toContain("event: return");
  });

  test("a kept-alive connection is let go after its answer", async () => {
    const api = await start();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    slowChannel(1_000);
    const creating = keptAlive(api, agent, order(platform));
    await new Promise((resolve) => setTimeout(resolve, 400));
    const before = performance.now();
    api.child.kill("SIGTERM");
    expect(await creating).toBe(200);
    expect(await api.exited).toBe(0);
    expect(performance.now() - before).toBeLessThan(5_000);
    agent.destroy();
  });

  test("what outlasts the grace is cut, and the process says so", async () => {
    const api = await start({ PAYHUB_SHUTDOWN_GRACE_MS: "200" });
    slowChannel(6_000);
    const creating = post(api.url, platform.signer, "payments.create", order(platform));
    const cut = expect(creating).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 400));
    api.child.kill("SIGTERM");
    await cut;
    expect(await api.exited).toBe(1);
    expect(api.output()).toContain("the grace is over");
  });

  test("a second signal, a second later, ends it at once", async () => {
    const api = await start();
    slowChannel(6_000);
    const creating = post(api.url, platform.signer, "payments.create", order(platform));
    const cut = expect(creating).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 400));
    const before = performance.now();
    api.child.kill("SIGTERM");
    await new Promise((resolve) => setTimeout(resolve, 1_300));
    api.child.kill("SIGINT");
    expect(await api.exited).toBe(1);
    expect(performance.now() - before).toBeLessThan(3_500);
    await cut;
  });
});

describe("readiness", () => {
  test("needs every migration", async () => {
    const database = await createMysqlDatabase(testServices().mysqlUrl);
    const store = await openStore({ url: database.url });
    try {
      const api = await start({ PAYHUB_DATABASE_URL: database.url });
      expect(await readiness(api.url)).toMatchObject({
        status: 503,
        state: { ready: false, database: "not_migrated" },
      });
      expect((await fetch(`${api.url}/healthz`)).status).toBe(200);
      await store.migrate();
      expect(await readiness(api.url)).toMatchObject({
        status: 200,
        state: { ready: true, database: "ok", coordination: "ok", stopping: false },
      });
    } finally {
      await kill(running.pop());
      await store.close();
      await database.drop();
    }
  });

  test("does not need Redis, and payments are taken without it", async () => {
    const api = await start({ PAYHUB_REDIS_URL: "redis://127.0.0.1:1" });
    expect(await readiness(api.url)).toMatchObject({
      status: 200,
      state: { ready: true, coordination: "unreachable" },
    });
    const body = order(platform);
    const first = dataOf<PaymentView>(await post(api.url, platform.signer, "payments.create", body));
    expect(dataOf(await post(api.url, platform.signer, "payments.create", body))).toMatchObject({
      paymentNo: first.paymentNo,
      attemptNo: first.attemptNo,
    });
  });

  test("a database that does not answer is said, and so is its return", async () => {
    const fault = await networkFault(platform.env().PAYHUB_DATABASE_URL as string);
    try {
      const api = await start({ PAYHUB_DATABASE_URL: fault.url });
      expect((await readiness(api.url)).status).toBe(200);
      fault.cut();
      expect(await readiness(api.url)).toMatchObject({ status: 503, state: { database: "unreachable" } });
      const refused = await get(api.url, platform.signer, "payments.list", {});
      expect(refused.body.error?.data.payhub).toMatchObject({ code: "INTERNAL", traceId: refused.traceId });
      fault.heal();
      await expect.poll(async () => (await readiness(api.url)).status, { timeout: 10_000 }).toBe(200);
    } finally {
      await fault.close();
    }
  });
});

describe("an environment that cannot be used", () => {
  test("ends the process with every variable's name and no value", async () => {
    const api = spawnApi({ ...platform.env(), PAYHUB_DATABASE_URL: "postgres://x:hunter2@db/y", PAYHUB_PORT: "http" });
    running.push(api);
    expect(await api.exited).toBe(1);
    expect(api.output()).toMatch(/PAYHUB_DATABASE_URL begins with mysql:\/\/ or sqlite:/);
    expect(api.output()).toMatch(/PAYHUB_PORT is a port number/);
    expect(api.output()).not.toMatch(/hunter2|\n\s+at /);
  });

  test("a production process does not start with the one-cent switch on", async () => {
    const api = spawnApi({ ...platform.env(), NODE_ENV: "production", PAYHUB_ONE_CENT: "on" });
    running.push(api);
    expect(await api.exited).toBe(1);
    expect(api.output()).toContain("PAYHUB_ONE_CENT is on");
  });

  test("a port that is taken is said", async () => {
    const { port } = new URL((await start()).url);
    const second = spawnApi(platform.env({ PAYHUB_PORT: port }));
    running.push(second);
    expect(await second.exited).toBe(1);
    expect(second.output()).toContain("EADDRINUSE");
  });
});

test("a fault point kills the process, and the call's repeat finds the same payment", async () => {
  const doomed = await start({ PAYHUB_FAULTS: "payment.committed=kill", PAYHUB_CHANNEL_DEADLINE_MS: "1000" });
  const body = order(platform);
  await expect(post(doomed.url, platform.signer, "payments.create", body)).rejects.toThrow();
  expect(await doomed.exited).toBe("SIGKILL");
  const { orderNo } = JSON.parse(body) as { orderNo: string };
  // The dead process's lock lives in Redis; the database's own promises must be enough.
  const next = await start({ PAYHUB_REDIS_URL: "redis://127.0.0.1:1" });
  const stored = dataOf<PaymentView>(await get(next.url, platform.signer, "payments.get", { orderNo }));
  expect(stored).toMatchObject({ status: "created", action: { type: "none" } });
  const repeat = () => post(next.url, platform.signer, "payments.create", body);
  await expect.poll(async () => (await repeat()).status, { timeout: 20_000, interval: 500 }).toBe(200);
  const { paymentNo, attemptNo } = stored;
  expect(dataOf(await repeat())).toMatchObject({ paymentNo, attemptNo, action: { type: "show_qr" } });
});

async function keptAlive(api: ApiProcess, agent: Agent, body: string): Promise<number | undefined> {
  const path = "/trpc/payments.create";
  const signed = signHeaders(platform.signer, { method: "POST", path, query: "", body });
  const sent = request(api.url + path, {
    method: "POST",
    agent,
    headers: { "content-type": "application/json", ...signed },
  });
  sent.end(body);
  const [response] = await once(sent, "response");
  response.resume();
  await once(response, "end");
  return response.statusCode;
}
