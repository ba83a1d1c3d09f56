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
  for (const bad of [undefined, "", 7, "x".repeat(4097)]) {
    expect(await pay(bad)).toMatchObject({ status: 400, data: { code: "INVALID_INPUT" } });
  }
});

test("a bar code is shown as an image, scanned, and its password is typed", async () => {
  const shown = await call("POST", "/api/payer-code", { channel: "alipay", password: true });
  expect(shown).toMatchObject({ status: 200, data: { channel: "alipay", state: "waiting", now: expect.any(Number) } });
  const { code } = shown.data as { code: string };
  const image = await fetch(`${bench.simulator.urls.phone}/bar-code/${code}.svg`);
  expect(image.headers.get("content-type")).toContain("image/svg+xml");
  expect(await image.text()).toMatch(/^<svg [\s\S]*<path /);
  expect((await fetch(`${bench.simulator.urls.phone}/bar-code/%3Cb%3E.svg`)).status).toBe(400);
  expect(await call("POST", "/api/confirm", { code })).toMatchObject({
    status: 409,
    data: { code: "NOTHING_TO_CONFIRM" },
  });
  expect(await bench.charge("P7", code)).toMatchObject({ code: "10003" });
  expect(await call("POST", "/api/open", { code })).toMatchObject({ data: { state: "password", amount: 1288 } });
  expect(await call("POST", "/api/confirm", { code })).toMatchObject({ status: 200, data: { state: "paid" } });
  const poor = await call("POST", "/api/payer-code", { channel: "alipay", balance: "not_enough" });
  expect(await bench.charge("P8", (poor.data as { code: string }).code)).toMatchObject({
    sub_code: "ACQ.BUYER_BALANCE_NOT_ENOUGH",
  });
  for (const bad of [{ channel: "paypal" }, { channel: "alipay", password: "yes" }, { channel: "alipay", pin: true }]) {
    expect(await call("POST", "/api/payer-code", bad)).toMatchObject({ status: 400, data: { code: "INVALID_INPUT" } });
  }
});

test("links are visited and client parameters invoked", async () => {
  const order = { total_amount: "12.88", subject: "龙井一杯" };
  const pageOrder = { ...order, out_trade_no: "P9", product_code: "FAST_INSTANT_TRADE_PAY" };
  const link = bench.pageUrl("alipay.trade.page.pay", pageOrder);
  expect(await call("POST", "/api/visit", { code: link })).toMatchObject({ status: 200, data: { amount: 1288 } });
  const text = bench.orderString({ ...order, out_trade_no: "P10", product_code: "QUICK_MSECURITY_PAY" });
  const invoked = await call("POST", "/api/invoke", { params: text });
  expect(invoked).toMatchObject({ status: 200, data: { amount: 1288, state: "unpaid" } });
  expect(await call("POST", "/api/invoke", { params: { orderStr: text } })).toMatchObject({ status: 200 });
  const forged = { params: text.replace("12.88", "0.01") };
  expect(await call("POST", "/api/invoke", forged)).toMatchObject({
    status: 422,
    data: { code: "INVALID_INVOCATION" },
  });
  expect(await call("POST", "/api/invoke", { params: { a: 1 } })).toMatchObject({ status: 400 });
});

test("what becomes of refunds can be scripted over HTTP", async () => {
  bench.simulator.payer.pay(await bench.code("P11"));
  const script = { channel: "alipay", outTradeNo: "P11", outcome: { kind: "not_enough" } };
  expect(await call("POST", "/api/refunds", script)).toMatchObject({ status: 204 });
  expect(await bench.refund("P11", "12.88")).toMatchObject({ sub_code: "ACQ.SELLER_BALANCE_NOT_ENOUGH" });
  expect(await bench.refund("P11", "12.88")).toMatchObject({ fund_change: "Y" });
  for (const outcome of [{ kind: "lost" }, { kind: "not_enough", afterMs: 5 }, { kind: "closed", afterMs: -1 }]) {
    expect(await call("POST", "/api/refunds", { channel: "alipay", outcome })).toMatchObject({ status: 400 });
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
  { channel: "alipay", operation: "settle", fault: { kind: "probe" } },
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
  for (const asset of ["phone.css", "phone.js", "dom.js", "order.js", "wallet.js"])
    expect((await load(asset, "en")).status).toBe(200);
});
