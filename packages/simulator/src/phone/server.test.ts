import { afterEach, beforeEach, expect, test } from "vitest";
import { type AlipayBench, fieldsOf, startAlipayBench } from "../../test/alipay-bench.ts";
import { createAlipayMerchant } from "../alipay/merchant.ts";

const keys = await createAlipayMerchant({ name: "云上茶馆" });
let bench: AlipayBench;

beforeEach(async () => {
  bench = await startAlipayBench(keys);
});

afterEach(() => bench.stop());

async function call(method: string, path: string, body?: unknown): Promise<{ status: number; data: unknown }> {
  const response = await fetch(`${bench.simulator.urls.phone}${path}`, {
    method,
    ...(body !== undefined && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, data: text === "" ? undefined : JSON.parse(text) };
}

test("open, refuse and pay answer what the payer sees, with the simulator's time", async () => {
  const code = await bench.code("P1");
  const view = { channel: "alipay", code, merchantName: "云上茶馆", subject: "龙井一杯", amount: 1288 };
  expect(await call("POST", "/api/open", { code })).toMatchObject({ status: 200, data: { ...view, state: "unpaid" } });
  expect(await call("POST", "/api/refuse", { code })).toMatchObject({ status: 200, data: { state: "unpaid" } });
  const paid = await call("POST", "/api/pay", { code: ` ${code}\n` });
  expect(paid).toMatchObject({ status: 200, data: { ...view, state: "paid", now: expect.any(Number) } });
  expect(await call("GET", "/api/ledger")).toMatchObject({ data: [{ outTradeNo: "P1", amount: 1288, state: "paid" }] });
  expect(await call("GET", "/api/calls")).toMatchObject({ data: [{ operation: "create", outTradeNo: "P1" }] });
});

test("each refusal has its status and code", async () => {
  const pay = (code: unknown) => call("POST", "/api/pay", { code });
  const [paid, closed, expired] = [await bench.code("P2"), await bench.code("P3"), await bench.code("P4")];
  bench.simulator.payer.pay(paid);
  bench.simulator.payer.open(closed);
  await bench.close("P3");
  expect(await pay(paid)).toMatchObject({ status: 409, data: { code: "ALREADY_PAID" } });
  expect(await pay(closed)).toMatchObject({ status: 409, data: { code: "ORDER_CLOSED" } });
  await call("POST", "/api/clock/advance", { ms: 2 * 3_600_000 });
  expect(await pay(expired)).toMatchObject({ status: 410, data: { code: "CODE_EXPIRED" } });
  expect(await pay("https://qr.alipay.com/none")).toMatchObject({ status: 404, data: { code: "UNKNOWN_CODE" } });
  expect(await pay("http://example.com")).toMatchObject({ status: 404, data: { code: "UNKNOWN_CODE" } });
  for (const bad of [undefined, "", 7, "x".repeat(1025)]) {
    expect(await pay(bad)).toMatchObject({ status: 400, data: { code: "INVALID_INPUT" } });
  }
});

test("faults of calls and of callbacks can be scripted over HTTP and cleared again", async () => {
  const common = { channel: "alipay", outTradeNo: "P5" };
  const unknown = { ...common, operation: "query", times: "always", fault: { kind: "unknown_result" } };
  expect(await call("POST", "/api/faults", unknown)).toMatchObject({ status: 204 });
  expect(await call("POST", "/api/faults", { ...common, fault: "forged" })).toMatchObject({ status: 204 });
  bench.simulator.payer.pay(await bench.code("P5"));
  const [callback] = await bench.receiver.waitFor(1);
  expect(bench.sdk.checkNotifySignV2(fieldsOf(callback))).toBe(false);
  expect(await bench.query("P5")).toMatchObject({ code: "20000" });
  expect(await bench.query("P5")).toMatchObject({ code: "20000" });
  expect(await bench.query("P6")).toMatchObject({ code: "40004" });
  expect(await call("DELETE", "/api/faults")).toMatchObject({ status: 204 });
  expect(await bench.query("P5")).toMatchObject({ code: "10000" });
});

test.each([
  { channel: "paypal", fault: "lost" },
  { channel: "alipay", fault: "late" },
  { channel: "alipay", fault: { kind: "delay" } },
  { channel: "alipay", fault: { kind: "wrong_amount", amount: "1" } },
  { channel: "alipay", operation: "query", fault: "lost" },
  { channel: "alipay", operation: "refund", fault: { kind: "probe" } },
  { channel: "alipay", operation: "query", fault: { kind: "status", status: 200 } },
  { channel: "alipay", operation: "query", times: 0, fault: { kind: "unsigned" } },
])("the fault %j is refused", async (body) => {
  expect(await call("POST", "/api/faults", body)).toMatchObject({ status: 400, data: { code: "INVALID_INPUT" } });
});

test("the clock moves by whole milliseconds, forward only", async () => {
  const before = bench.simulator.clock.now();
  const { data } = await call("POST", "/api/clock/advance", { ms: 60_000 });
  expect(data).toEqual({ now: expect.any(Number) });
  expect(bench.simulator.clock.now() - before).toBeGreaterThanOrEqual(60_000);
  for (const ms of [-1, 1.5, "1000"]) {
    expect(await call("POST", "/api/clock/advance", { ms })).toMatchObject({ status: 400 });
  }
});

test("the page speaks the asked language and runs only its own script", async () => {
  const load = (query: string, language: string) =>
    fetch(`${bench.simulator.urls.phone}/${query}`, { headers: { "accept-language": language } });
  const chinese = await load("", "zh-CN");
  expect(await chinese.text()).toContain('<html lang="zh-CN">');
  expect(chinese.headers.get("content-security-policy")).toContain("default-src 'self'");
  expect(await (await load("", "en-US")).text()).toContain('<html lang="en">');
  expect(await (await load("?lang=en", "zh-CN")).text()).toContain('<html lang="en">');
  for (const asset of ["phone.css", "phone.js"]) expect((await load(asset, "en")).status).toBe(200);
});
