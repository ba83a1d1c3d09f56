import { generateKeyPairSync, sign } from "node:crypto";
import type { ServerResponse } from "node:http";
import { createServer } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type AlipayGateway, responseKey, startAlipayGateway } from "../../test/alipay-gateway.ts";
import type { ChannelConnection, ChargeRequest } from "../channel.ts";
import { alipay } from "./plugin.ts";

const DEADLINE_MS = 300;
const NOW = Date.parse("2026-11-21T16:30:15Z");
const ATTEMPT = "T20261121100000000ABCDEFGHJKMN";
const UNPAID = { code: "10000", msg: "Success", out_trade_no: ATTEMPT, trade_no: "1", trade_status: "WAIT_BUYER_PAY" };
const REQUEST: ChargeRequest = {
  scene: "qr",
  attemptNo: ATTEMPT,
  amount: 1288,
  subject: "拿铁",
  createdAt: NOW,
  expiresAt: NOW + 14.5 * 60_000,
  notifyUrl: "https://pay.example.com/callbacks/alipay/A1",
};

const processTimezone = process.env.TZ;
let gateway: AlipayGateway;
let connection: ChannelConnection;

function connect(endpoint = gateway.credentials.endpoint): ChannelConnection {
  const random = { bytes: (size: number) => new Uint8Array(size), fraction: () => 0 };
  const credentials = { ...gateway.credentials, endpoint };
  return alipay.connect([credentials], { clock: { now: () => NOW }, random, deadlineMs: DEADLINE_MS });
}

const query = () => connection.query({ attemptNo: ATTEMPT });
const answerWith = (body: string, head: Record<string, string> = {}) => {
  gateway.answer = (_parameters, response) => response.writeHead(200, head).end(body);
};
const answerSigned = (fields: Record<string, unknown>) => {
  gateway.answer = (parameters, response) => response.end(gateway.envelope(parameters, fields));
};
const unknownBecause = (words: string) => ({ kind: "unknown", reason: expect.stringContaining(words) });

beforeAll(async () => {
  gateway = await startAlipayGateway();
});
beforeEach(() => {
  gateway.requests.length = 0;
  connection = connect();
});
afterEach(() => {
  if (processTimezone === undefined) delete process.env.TZ;
  else process.env.TZ = processTimezone;
});
afterAll(() => gateway.stop());

describe("a call", () => {
  test.each(["UTC", "America/New_York"])("is signed with Beijing's time in a process of %s", async (timezone) => {
    process.env.TZ = timezone;
    expect(new Date(NOW).getTimezoneOffset()).not.toBe(-480);
    answerSigned(UNPAID);
    expect(await query()).toEqual({ kind: "unpaid" });
    expect(gateway.requests[0]?.timestamp).toBe("2026-11-22 00:30:15");
  });

  test("says what is meant and nothing undefined", async () => {
    answerSigned({ code: "10000", out_trade_no: ATTEMPT, qr_code: "https://qr.alipay.com/bax1" });
    await connection.create(REQUEST);
    await connection.create(REQUEST);
    const [first, second] = gateway.requests;
    expect(Object.keys(first ?? {}).sort()).toEqual(
      "app_id biz_content charset method notify_url sign sign_type timestamp version".split(" "),
    );
    expect(first).toMatchObject({ sign_type: "RSA2", charset: "utf-8", notify_url: REQUEST.notifyUrl });
    expect(JSON.parse(first?.biz_content ?? "")).toEqual({
      out_trade_no: ATTEMPT,
      total_amount: "12.88",
      subject: "拿铁",
      seller_id: "2088000000000001",
      product_code: "FACE_TO_FACE_PAYMENT",
      time_expire: "2026-11-22 00:44:45",
      timeout_express: "15m",
      qr_code_timeout_express: "15m",
    });
    expect(second?.biz_content).toBe(first?.biz_content);
  });
});

describe("an answer", () => {
  test("with spaces and a certificate number is read", async () => {
    gateway.answer = (parameters, response) => {
      const content = JSON.stringify({ ...UNPAID, trade_no: "2026112122001425131000000001" }, null, 1);
      response.end(
        ` { "${responseKey(parameters)}" : ${content} , "alipay_cert_sn": "ab01", "sign" : "${gateway.sign(content)}" }\n`,
      );
    };
    expect(await query()).toEqual({ kind: "unpaid" });
  });

  test("under error_response is read when it is signed", async () => {
    const content = `{"code":"40006","msg":"Insufficient Permissions","sub_code":"isv.insufficient-isv-permissions","sub_msg":"ISV权限不足"}`;
    answerWith(`{"error_response":${content},"sign":"${gateway.sign(content)}"}`);
    expect(await query()).toEqual({
      kind: "declined",
      because: "refused",
      code: "isv.insufficient-isv-permissions",
      message: "ISV权限不足",
    });
  });

  test("without a signature is not believed and stays readable", async () => {
    gateway.answer = (parameters, response) => {
      const content = `{"code":"40002","msg":"Invalid Arguments","sub_code":"isv.invalid-app-id","sub_msg":"无效的AppID参数"}`;
      response.end(`{"${responseKey(parameters)}":${content}}`);
    };
    expect(await query()).toEqual(unknownBecause("without a signature: 40002 Invalid Arguments isv.invalid-app-id"));
  });

  test("signed by another key is not believed", async () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    gateway.answer = (parameters, response) => {
      const content = JSON.stringify(UNPAID);
      const signature = sign("sha256", Buffer.from(content), privateKey).toString("base64");
      response.end(`{"${responseKey(parameters)}":${content},"sign":"${signature}"}`);
    };
    expect(await query()).toEqual(unknownBecause("wrong signature"));
  });

  test.each(["after", "before"])("with a forged object %s the genuine one is not believed", async (place) => {
    gateway.answer = (parameters, response) => {
      const key = responseKey(parameters);
      const genuine = JSON.stringify(UNPAID);
      const forged = JSON.stringify({ ...UNPAID, trade_status: "TRADE_CLOSED" });
      const signature = `"sign":"${gateway.sign(genuine)}"`;
      const [inner, outer] = [`"x${key}":${genuine},${signature}`, `"${key}":${forged}`];
      response.end(place === "after" ? `{${inner},${outer}}` : `{${outer},${inner}}`);
    };
    expect((await query()).kind).toBe("unknown");
  });

  test.each([
    ["a success about another order", { ...UNPAID, out_trade_no: "T2" }],
    ["a success about no order", { ...UNPAID, out_trade_no: undefined }],
    ["a refusal about another order", { code: "40004", sub_code: "ACQ.TRADE_NOT_EXIST", out_trade_no: "T2" }],
  ])("%s is not about ours", async (_title, fields) => {
    answerSigned(fields);
    expect(await query()).toEqual(unknownBecause("another order number"));
  });

  test.each([
    ["nothing", ""],
    ["no JSON", "<html>"],
    ["a byte order mark", "\ufeff{}"],
    ["null", "null"],
    ["another method's", `{"alipay_trade_pay_response":{"code":"10000"},"sign":"x"}`],
    ["a text", `{"alipay_trade_query_response":"x","sign":"x"}`],
  ])("that is %s leaves the outcome unknown", async (_title, body) => {
    answerWith(body);
    expect((await query()).kind).toBe("unknown");
  });
});

describe("the line", () => {
  const silent: [string, (response: ServerResponse) => void, string][] = [
    ["a cut connection", (response) => response.destroy(), "connection lost"],
    [
      "a cut answer",
      (response) => response.writeHead(200, { "content-length": "99" }).write("{", () => response.destroy()),
      "connection lost",
    ],
    [
      "a redirect",
      (response) => response.writeHead(307, { location: gateway.credentials.endpoint }).end(),
      "status 307",
    ],
    ["HTTP 202", (response) => response.writeHead(202).end("{}"), "status 202"],
    ["HTTP 503", (response) => response.writeHead(503).end(), "status 503"],
    ["more than 1 MiB", (response) => response.end(Buffer.alloc(1024 * 1024 + 1, " ")), "over 1 MiB"],
    [
      "a packed answer",
      (response) => response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("{}")),
      "encoded",
    ],
    ["silence", () => undefined, "no whole answer within 300 ms"],
  ];
  test.each(silent)("%s: asked once, unknown", async (_title, answer, words) => {
    gateway.answer = (_parameters, response) => answer(response);
    expect(await query()).toEqual(unknownBecause(words));
    expect(gateway.requests).toHaveLength(1);
  });

  test("an answer that drips is given up at the deadline", async () => {
    let isCut = false;
    gateway.answer = (_parameters, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write(" "), 20);
      response.on("close", () => {
        isCut = true;
        clearInterval(timer);
      });
    };
    const startedAt = performance.now();
    expect(await query()).toEqual(unknownBecause("no whole answer"));
    expect(performance.now() - startedAt).toBeLessThan(DEADLINE_MS + 2000);
    await expect.poll(() => isCut).toBe(true);
  });

  test("a server that never greets gets nothing", async () => {
    const server = createServer((socket) => socket.resume());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = address !== null && typeof address === "object" ? address.port : 0;
    const outcome = await connect(`https://127.0.0.1:${port}/gateway.do`).query({ attemptNo: ATTEMPT });
    server.close();
    expect(outcome).toMatchObject({ kind: "unsent" });
  });

  test("a connection made after the deadline carries nothing", async () => {
    answerSigned(UNPAID);
    const outcome = query();
    const until = performance.now() + DEADLINE_MS + 50;
    while (performance.now() < until);
    expect(await outcome).toMatchObject({ kind: "unsent" });
    expect(gateway.requests).toHaveLength(0);
  });
});
