import { request } from "undici";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { WechatpayBench } from "../../test/wechatpay-bench.ts";
import { platformKeys, settle, startWechatpayBench } from "../../test/wechatpay-bench.ts";
import type { Fault } from "../core/faults.ts";
import { createWechatpayMerchant } from "./merchant.ts";

const keys = await createWechatpayMerchant();
let bench: WechatpayBench;

beforeAll(async () => {
  bench = await startWechatpayBench(keys);
});

afterEach(() => bench.simulator.faults.clear());
afterAll(() => bench.stop());

const script = (fault: Fault, times = 1) =>
  bench.simulator.faults.script({ channel: "wechatpay", operation: "create", times, fault });

const placedState = (order: Record<string, unknown>) =>
  bench.simulator.ledger().find(({ outTradeNo }) => outTradeNo === order.out_trade_no)?.state;

const outcomes = (order: Record<string, unknown>) =>
  bench.simulator
    .calls()
    .filter(({ outTradeNo, operation }) => outTradeNo === order.out_trade_no && operation === "create")
    .map(({ outcome }) => outcome);

describe("paths and methods", () => {
  const raw = (method: "GET" | "POST" | "DELETE", path: string) =>
    request(`${bench.simulator.urls.wechatpay}${path}`, { method });

  test.each([
    ["POST", "/v3/pay/transactions/unknown", 404],
    ["GET", "/", 404],
    ["GET", "/v3/pay/transactions/out-trade-no/%zz", 404],
    ["GET", "/v3/pay/transactions/native", 405],
    ["POST", "/v3/certificates", 405],
    ["DELETE", "/v3/pay/transactions/out-trade-no/order-1", 405],
    ["GET", "/v3/pay/transactions/out-trade-no/order-1/close", 405],
  ] as const)("%s %s is an empty %i", async (method, path, status) => {
    const answer = await raw(method, path);
    expect([answer.statusCode, await answer.body.text()]).toEqual([status, ""]);
    expect(answer.headers).not.toHaveProperty("wechatpay-signature");
  });

  test("a body over 1 MiB is refused", async () => {
    const answer = await request(`${bench.simulator.urls.wechatpay}/v3/pay/transactions/native`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: "x".repeat(1_048_577),
    });
    expect([answer.statusCode, await answer.body.json()]).toMatchObject([400, { code: "PARAM_ERROR" }]);
  });
});

describe("whose key signs", () => {
  test("the public key when the request names it, else the certificate", async () => {
    const { publicKeyId = "" } = keys.credentials;
    const modern = bench.clientWith({ headers: { "Wechatpay-Serial": publicKeyId } });
    const answer = await settle(modern.chain("v3/pay/transactions/native").post(bench.order()));
    expect([answer.status, answer.headers["wechatpay-serial"]]).toEqual([200, publicKeyId]);
    const classic = await bench.create(bench.order());
    expect(classic.headers).toMatchObject({
      "wechatpay-serial": keys.merchant.platform.certificates[0]?.serialNo,
      "wechatpay-signature-type": "WECHATPAY2-SHA256-RSA2048",
      "content-type": "application/json; charset=utf-8",
      "request-id": expect.stringMatching(/^08[0-9A-F]+-0$/),
    });
  });

  test("the client really checks: with another key under the same serial it trusts nothing", async () => {
    const serial = keys.merchant.platform.certificates[0]?.serialNo ?? "";
    const wrongKey = platformKeys(keys.merchant)[keys.credentials.publicKeyId ?? ""] ?? "";
    const misled = bench.clientWith({ certs: { [serial]: wrongKey } });
    const answer = await settle(misled.chain("v3/pay/transactions/native").post(bench.order()));
    expect(answer.clientError).toBe("EV3_RES_HEADER_SIGNATURE_DIGEST");
  });
});

describe("answers that must not be trusted", () => {
  test.each([
    ["bad_signature", "EV3_RES_HEADER_SIGNATURE_DIGEST"],
    ["probe", "EV3_RES_HEADER_SIGNATURE_DIGEST"],
    ["unsigned", "EV3_RES_HEADERS_INCOMPLATE"],
    ["stale_timestamp", "EV3_RES_HEADER_TIMESTAMP_OFFSET"],
    ["unknown_serial", "EV3_RES_HEADER_PLATFORM_SERIAL"],
  ] as const)("%s, once; the order was placed", async (kind, clientError) => {
    const order = bench.order();
    script({ kind });
    expect(await bench.create(order)).toMatchObject({ status: 200, clientError });
    expect(placedState(order)).toBe("unpaid");
    expect((await bench.create(order)).clientError).toBeUndefined();
  });
});

describe("answers that never come", () => {
  test("timeout after commit: the order is there, the answer is not", async () => {
    const order = bench.order();
    script({ kind: "timeout_after_commit", holdMs: 50 });
    expect(await bench.create(order)).toMatchObject({ status: 0, clientError: "ECONNRESET" });
    expect(placedState(order)).toBe("unpaid");
    expect((await bench.create(order)).status).toBe(200);
    expect(outcomes(order)).toEqual(["timeout_after_commit", "200"]);
  });

  test("timeout before commit: neither is there", async () => {
    const order = bench.order();
    script({ kind: "timeout_before_commit", holdMs: 50 });
    expect((await bench.create(order)).clientError).toBe("ECONNRESET");
    expect(placedState(order)).toBeUndefined();
  });

  test.each([
    ["before", undefined],
    ["after", "unpaid"],
  ] as const)("the connection drops %s the work", async (when, state) => {
    const order = bench.order();
    script({ kind: "drop", when });
    expect((await bench.create(order)).clientError).toBe("ECONNRESET");
    expect(placedState(order)).toBe(state);
  });

  test("a delay holds the answer back", async () => {
    script({ kind: "delay", ms: 80 });
    const startedAt = performance.now();
    expect((await bench.create(bench.order())).status).toBe(200);
    expect(performance.now() - startedAt).toBeGreaterThan(75);
  });
});

describe("error statuses", () => {
  test.each([
    [500, "SYSTEM_ERROR"],
    [502, "SERVICE_UNAVAILABLE"],
    [503, "SERVICE_UNAVAILABLE"],
    [429, "FREQUENCY_LIMITED"],
  ])("%i with its usual code, twice, then success", async (status, code) => {
    const order = bench.order();
    script({ kind: "status", status }, 2);
    for (const _attempt of [1, 2]) expect(await bench.create(order)).toMatchObject({ status, data: { code } });
    expect(placedState(order)).toBeUndefined();
    expect((await bench.create(order)).status).toBe(200);
    expect(outcomes(order)).toEqual([`${status} ${code}`, `${status} ${code}`, "200"]);
  });

  test("another code, and an error after the work was done", async () => {
    const order = bench.order();
    script({ kind: "status", status: 500, code: "BANK_ERROR", committed: true });
    expect(await bench.create(order)).toMatchObject({ status: 500, data: { code: "BANK_ERROR" } });
    expect(placedState(order)).toBe("unpaid");
  });

  test("a 202 is signed", async () => {
    script({ kind: "status", status: 202 });
    expect(await bench.create(bench.order())).toMatchObject({ status: 202, clientError: undefined });
  });
});

test("faults hit their own operation: query, close and certificates", async () => {
  const order = bench.order();
  const outTradeNo = String(order.out_trade_no);
  await bench.create(order);
  for (const operation of ["query", "close", "certificates"] as const) {
    bench.simulator.faults.script({ channel: "wechatpay", operation, fault: { kind: "status", status: 503 } });
  }
  const calls = [
    () => bench.query(outTradeNo),
    () => bench.close(outTradeNo),
    () => settle(bench.client.chain("v3/certificates").get()),
  ];
  for (const call of calls) {
    expect((await call()).status).toBe(503);
    expect((await call()).clientError).toBeUndefined();
  }
  expect(placedState(order)).toBe("closed");
});
