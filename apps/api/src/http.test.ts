import { connect } from "node:net";
import type { HttpAnswer } from "@payhub/channels";
import { PayhubError } from "@payhub/domain";
import { createLog } from "@payhub/runtime";
import { afterEach, describe, expect, test } from "vitest";
import { createBackground } from "./background.ts";
import { createHttp, type Http, type HttpParts } from "./http.ts";

const CALLBACK_REFUSAL: HttpAnswer = { status: 401, headers: { "content-type": "text/plain" }, body: "no" };
const TRACE_ID = /^[0-9a-f]{32}$/;
let running: Http | undefined;
let lines: string[] = [];

afterEach(async () => {
  running?.drain();
  await running?.server.close();
});

async function start(overrides: Partial<HttpParts> = {}): Promise<string> {
  lines = [];
  const log = createLog({ app: "api", level: "debug", destination: { write: (line) => lines.push(line) } });
  const refuse = () => Promise.reject(new PayhubError("ALREADY_PAID", "it is paid"));
  const channel = { answers: { accepted: CALLBACK_REFUSAL, rejected: CALLBACK_REFUSAL } };
  running = createHttp({
    log,
    random: { bytes: (size) => crypto.getRandomValues(new Uint8Array(size)), fraction: Math.random },
    background: createBackground(log),
    channels: new Map([["wechatpay", channel]]) as unknown as HttpParts["channels"],
    authenticate: async () => ({ appId: "APP1", role: "business" }),
    payments: {
      create: refuse,
      get: () => Promise.reject(new Error("canary: the database is gone")),
      close: refuse,
      list: async () => ({ items: [], nextCursor: null }),
      async *watch(_caller, _input, signal) {
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
      },
    },
    refunds: { create: refuse, get: refuse, list: refuse },
    events: { pull: refuse, ack: refuse, list: refuse },
    reconciliation: {
      statement: refuse,
      fundFlow: refuse,
      export: refuse,
      differences: {
        list: refuse,
        get: refuse,
        assign: refuse,
        note: refuse,
        resolve: refuse,
        accept: refuse,
        reopen: refuse,
        propose: refuse,
        approve: refuse,
        reject: refuse,
      },
      runs: { list: refuse, get: refuse, request: refuse },
    },
    receive: () => Promise.reject(new Error("not stored")),
    readiness: async () => ({ ready: true, database: "ok", coordination: "ok", stopping: false }),
    ...overrides,
  });
  return running.server.listen({ host: "127.0.0.1", port: 0 });
}

const json = { "content-type": "application/json" };
const create = "/trpc/payments.create";

interface Refusal {
  error: { data: { httpStatus: number; payhub: { code: string; message: string; traceId: string; details?: object } } };
}

async function call(url: string, init?: RequestInit) {
  const response = await fetch(url, init);
  const { error } = (await response.json()) as Refusal;
  expect(error.data.payhub.traceId).toBe(response.headers.get("payhub-trace-id"));
  return { status: response.status, ...error.data.payhub };
}

describe("a refusal reads the same wherever it was made", () => {
  const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = json) => ({
    method: "POST",
    headers,
    body,
  });
  test.each<[string, string, RequestInit | undefined, number, string, RegExp]>([
    ["unknown procedure", "/trpc/payments.steal", post("{}"), 404, "NOT_FOUND", /payments\.steal/],
    ["hostile procedure", "/trpc/%25zz", undefined, 404, "NOT_FOUND", /no such procedure/],
    ["malformed path", "/trpc/%zz", undefined, 400, "INVALID_INPUT", /path/],
    ["nothing there", "/admin", undefined, 404, "NOT_FOUND", /nothing at this address/],
    ["wrong method", create, undefined, 405, "INVALID_INPUT", /GET/],
    ["batch", `${create}?batch=1`, post('{"0":{}}'), 400, "INVALID_INPUT", /not batched/],
    ["query", `${create}?connectionParams=x`, post("{}"), 400, "INVALID_INPUT", /only input/],
    ["not JSON", create, post("{amount:1}"), 400, "INVALID_INPUT", /not valid JSON/],
    ["duplicate key", create, post('{"amount":1,"amount":2}'), 400, "INVALID_INPUT", /key "amount" twice/],
    ["not UTF-8", create, post(new Uint8Array([0x22, 0xff, 0x22])), 400, "INVALID_INPUT", /UTF-8/],
    [
      "a form",
      create,
      post("a=1", { "content-type": "application/x-www-form-urlencoded" }),
      415,
      "INVALID_INPUT",
      /json/,
    ],
    ["no type", create, { method: "POST" }, 400, "INVALID_INPUT", /content-type application\/json/],
    ["streaming", create, post("{}", { ...json, "trpc-accept": "application/jsonl" }), 400, "INVALID_INPUT", /jsonl/],
    ["a 10 MB body", create, post("x".repeat(10_000_000)), 413, "INVALID_INPUT", /larger than 256 KiB/],
    ["no field", create, post("{}"), 400, "INVALID_INPUT", /^scene: scene is one of qr, barcode/],
    ["no field of a scene", create, post('{"scene":"qr"}'), 400, "INVALID_INPUT", /^idempotencyKey: /],
    ["no field of a refund", "/trpc/refunds.create", post("{}"), 400, "INVALID_INPUT", /^idempotencyKey: /],
    [
      "duplicate key in a query",
      `/trpc/payments.list?input=${encodeURIComponent('{"limit":1,"limit":2}')}`,
      undefined,
      400,
      "INVALID_INPUT",
      /key "limit" twice/,
    ],
    ["two inputs", "/trpc/payments.list?input=1&input=2", undefined, 400, "INVALID_INPUT", /more than once/],
  ])("%s", async (_case, path, init, status, code, message) => {
    const answer = await call((await start()) + path, init);
    expect(answer).toMatchObject({ status, code, message: expect.stringMatching(message) });
    expect(answer.traceId).toMatch(TRACE_ID);
    const line = lines.map((text) => JSON.parse(text)).find(({ msg }) => msg === "request");
    expect(line).toMatchObject({ status, code, traceId: answer.traceId });
  });

  test("a refusal of a service keeps its code, a fault of ours tells nothing but its trace id", async () => {
    const url = await start();
    const body = JSON.stringify({
      idempotencyKey: crypto.randomUUID(),
      orderNo: "o1",
      accountNo: "A20261121080000000ABCDEFGHJKMN",
      scene: "qr",
      amount: 1,
      subject: "x",
    });
    expect(await call(url + create, post(body))).toMatchObject({ status: 409, code: "ALREADY_PAID" });
    const fault = await call(`${url}/trpc/payments.get?input=${encodeURIComponent('{"orderNo":"o1"}')}`);
    expect(fault).toMatchObject({ status: 500, code: "INTERNAL" });
    expect(fault.message).not.toContain("canary");
    expect(lines.join("")).toContain("canary: the database is gone");
  });
});

test("the caller's trace id is taken up", async () => {
  const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
  const response = await fetch(`${await start()}/healthz`, {
    headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
  });
  expect(response.headers.get("payhub-trace-id")).toBe(traceId);
});

describe("callbacks", () => {
  const callback = "/callbacks/wechatpay/A20261121080000000ABCDEFGHJKMN";

  test("get the bytes as they came, and the channel's answer to the letter", async () => {
    const seen: { body: Uint8Array; type: string | undefined }[] = [];
    let done = false;
    const url = await start({
      async receive({ raw }) {
        seen.push({ body: raw.body, type: raw.headers["content-type"] });
        return {
          answer: { status: 200, headers: { "content-type": "text/plain" }, body: "success" },
          afterwards: async () => {
            done = true;
          },
        };
      },
    });
    const body = new Uint8Array([0x7b, 0x00, 0xff, 0x7d]);
    for (const headers of [json, { "content-type": "application/x-www-form-urlencoded" }, {}]) {
      const response = await fetch(url + callback, { method: "POST", headers, body });
      expect([response.status, response.headers.get("content-type"), await response.text()]).toEqual([
        200,
        "text/plain",
        "success",
      ]);
    }
    expect(seen.map(({ body }) => [...body])).toEqual([[...body], [...body], [...body]]);
    expect(seen.map(({ type }) => type)).toEqual(["application/json", "application/x-www-form-urlencoded", undefined]);
    expect(done).toBe(true);
  });

  test("over 64 KiB or not stored are answered with the channel's own failure", async () => {
    const url = await start();
    const large = await fetch(url + callback, { method: "POST", headers: json, body: "x".repeat(64 * 1024 + 1) });
    expect([large.status, await large.text()]).toEqual([413, "no"]);
    const failed = await fetch(url + callback, { method: "POST", headers: json, body: "x" });
    expect([failed.status, await failed.text()]).toEqual([500, "no"]);
  });

  test("of an unknown channel find nothing", async () => {
    const url = await start();
    expect((await fetch(`${url}/callbacks/paypal/A1`, { method: "POST", body: "x" })).status).toBe(404);
  });
});

test("draining cuts subscriptions without saying that they are complete", async () => {
  const input = encodeURIComponent('{"paymentNo":"P20261121080000000ABCDEFGHJKMN"}');
  const url = await start();
  const response = await fetch(`${url}/trpc/payments.watch?input=${input}`, {
    headers: { accept: "text/event-stream" },
  });
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  expect(new TextDecoder().decode((await reader.read()).value)).toContain("event: connected");
  running?.drain();
  const rest = reader.read().then(
    ({ value }) => new TextDecoder().decode(value),
    () => "cut",
  );
  expect(await rest).toBe("cut");
});

test("a request that is not HTTP is refused and closes", async () => {
  const { port } = new URL(await start());
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(port), "127.0.0.1", () => socket.end("HELLO\r\n\r\n"));
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk;
    });
    socket.on("close", () => resolve(text));
    socket.on("error", reject);
  });
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
});
