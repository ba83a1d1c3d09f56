import { afterEach, beforeEach, expect, test } from "vitest";
import { type AlipayBench, startAlipayBench } from "../../test/alipay-bench.ts";
import { createAlipayMerchant } from "./merchant.ts";

const keys = await createAlipayMerchant({ name: "云上茶馆" });
const minuteMs = 60_000;
const pagePay = "alipay.trade.page.pay";
const wapPay = "alipay.trade.wap.pay";
let bench: AlipayBench;

beforeEach(async () => {
  bench = await startAlipayBench(keys);
});

afterEach(() => bench.stop());

const order = (outTradeNo: string, productCode: string, changes: Record<string, unknown> = {}) => ({
  out_trade_no: outTradeNo,
  total_amount: "12.88",
  subject: "龙井一杯",
  product_code: productCode,
  ...changes,
});
const pageOrder = (no: string, changes = {}) => order(no, "FAST_INSTANT_TRADE_PAY", changes);
const wapOrder = (no: string, changes = {}) => order(no, "QUICK_WAP_WAY", changes);
const browse = (url: string, init?: RequestInit) => fetch(url, { redirect: "manual", ...init });

test("page pay: visited, logged in, paid, notified and sent back with a signature", async () => {
  const url = bench.pageUrl(pagePay, pageOrder("W1"), "https://shop.example/done?from=cart");
  const shown = bench.simulator.payer.visit(url);
  expect(shown).toMatchObject({ merchantName: "云上茶馆", amount: 1288, state: "unpaid", returnUrl: undefined });
  expect(await bench.query("W1")).toMatchObject({ sub_code: "ACQ.TRADE_NOT_EXIST" });
  bench.simulator.payer.open(shown.code);
  expect(await bench.query("W1")).toMatchObject({ trade_status: "WAIT_BUYER_PAY" });
  const { returnUrl } = bench.simulator.payer.pay(shown.code);
  expect(await bench.notified(0)).toMatchObject({ trade_status: "TRADE_SUCCESS", out_trade_no: "W1" });

  const back = new URL(String(returnUrl));
  expect(back.href).toMatch(/^https:\/\/shop\.example\/done\?from=cart&/);
  back.searchParams.delete("from");
  const fields = Object.fromEntries(back.searchParams);
  expect(fields).toMatchObject({ method: "alipay.trade.page.pay.return", out_trade_no: "W1", total_amount: "12.88" });
  expect(fields).not.toHaveProperty("trade_status");
  expect(bench.sdk.checkNotifySignV2(fields)).toBe(true);
  expect(bench.sdk.checkNotifySignV2({ ...fields, total_amount: "0.01" })).toBe(false);
});

test("GET and POST lead the browser to one and the same cashier", async () => {
  const got = await browse(bench.pageUrl(pagePay, pageOrder("W2")));
  expect(got.status).toBe(302);
  const form = bench.pageForm(pagePay, pageOrder("W2"));
  const action = /action="([^"]+)"/.exec(form)?.[1]?.replaceAll("&amp;", "&") ?? "";
  const inputs = [...form.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(
    ([, name = "", value = ""]): [string, string] => [name, value.replaceAll("&quot;", '"')],
  );
  const posted = await browse(action, { method: "POST", body: new URLSearchParams(inputs) });
  expect(posted.status).toBe(302);
  expect(posted.headers.get("location")).toBe(got.headers.get("location"));
  const page = await fetch(String(posted.headers.get("location")), { headers: { "accept-language": "en" } });
  expect(await page.text()).toContain("Alipay cashier");
  expect(bench.simulator.payer.visit(String(got.headers.get("location"))).amount).toBe(1288);
});

test("a refused order is an HTML page in GBK, not JSON", async () => {
  const bad = [
    bench.pageUrl(pagePay, pageOrder("W3")).replace("sign=", "sign=AA"),
    bench.pageUrl(pagePay, wapOrder("W3")),
    bench.pageUrl(wapPay, wapOrder("W3", { product_code: undefined })),
  ];
  const codes = [];
  for (const url of bad) {
    const response = await browse(url);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/html;charset=GBK");
    codes.push(/id="error-code"[^>]*>([^<]+)</.exec(await response.text())?.[1]);
    expect(() => bench.simulator.payer.visit(url)).toThrow(expect.objectContaining({ code: "INVALID_INVOCATION" }));
  }
  expect(codes).toEqual(["isv.invalid-signature", "ACQ.INVALID_PARAMETER", "ACQ.INVALID_PARAMETER"]);
});

test("a link can be paid as it is, once", async () => {
  const url = bench.pageUrl(wapPay, wapOrder("W15", { timeout_express: "5m" }));
  const { payer } = bench.simulator;
  expect(payer.open(url).state).toBe("unpaid");
  expect(payer.pay(url).state).toBe("paid");
  expect(() => payer.pay(url)).toThrow(expect.objectContaining({ code: "ALREADY_PAID" }));
  const closed = bench.pageUrl(pagePay, pageOrder("W16"));
  payer.open(closed);
  await bench.close("W16");
  expect(() => payer.visit(closed)).toThrow(expect.objectContaining({ code: "ORDER_CLOSED" }));
});

test("wap pay: refused it leads to quit_url, paid to return_url", async () => {
  const quit = "https://shop.example/cart";
  const url = bench.pageUrl(wapPay, wapOrder("W4", { quit_url: quit }), "https://shop.example/done");
  const { code } = bench.simulator.payer.visit(url);
  expect(bench.simulator.payer.refuse(code)).toMatchObject({ state: "unpaid", returnUrl: quit });
  expect(bench.simulator.payer.pay(code).returnUrl).toMatch(/^https:\/\/shop\.example\/done\?.*wap\.pay\.return/);
});

test("a page's time runs from its first visit, a wap's from the login", async () => {
  const pageUrl = bench.pageUrl(pagePay, pageOrder("W5", { timeout_express: "10m" }));
  const wapUrl = bench.pageUrl(wapPay, wapOrder("W6", { timeout_express: "10m" }));
  const { payer, clock } = bench.simulator;
  payer.visit(pageUrl);
  const wap = payer.visit(wapUrl);
  clock.advance(9 * minuteMs);
  payer.open(payer.visit(pageUrl).code);
  payer.open(wap.code);
  clock.advance(2 * minuteMs);
  expect(await bench.query("W5")).toMatchObject({ trade_status: "TRADE_CLOSED" });
  expect(await bench.query("W6")).toMatchObject({ trade_status: "WAIT_BUYER_PAY" });
  clock.advance(8 * minuteMs);
  expect(await bench.query("W6")).toMatchObject({ trade_status: "TRADE_CLOSED" });
});

test("a page that nobody logged in to in time is over without ever having been a trade", async () => {
  const url = bench.pageUrl(pagePay, pageOrder("W7", { timeout_express: "10m" }));
  const { code } = bench.simulator.payer.visit(url);
  bench.simulator.clock.advance(10 * minuteMs);
  expect(bench.simulator.payer.open(code).state).toBe("expired");
  expect(() => bench.simulator.payer.visit(url)).toThrow(expect.objectContaining({ code: "CODE_EXPIRED" }));
  expect(await bench.query("W7")).toMatchObject({ sub_code: "ACQ.TRADE_NOT_EXIST" });
});

test("the end of an unpaid trade is notified, by its time or by a close", async () => {
  const { payer, clock } = bench.simulator;
  payer.open(payer.visit(bench.pageUrl(wapPay, wapOrder("W8", { timeout_express: "10m" }))).code);
  clock.advance(10 * minuteMs);
  const expired = await bench.notified(0);
  expect(bench.sdk.checkNotifySignV2(expired)).toBe(true);
  expect(expired).toMatchObject({ out_trade_no: "W8", trade_status: "TRADE_CLOSED", gmt_close: expect.any(String) });
  expect(expired).not.toHaveProperty("gmt_payment");
  expect(expired).not.toHaveProperty("gmt_refund");
  payer.open(payer.visit(bench.pageUrl(pagePay, pageOrder("W9"))).code);
  await bench.close("W9");
  expect(await bench.notified(1)).toMatchObject({ out_trade_no: "W9", trade_status: "TRADE_CLOSED" });
  expect(await bench.cancel("W9")).toMatchObject({ sub_code: "ACQ.CANCEL_NOT_ALLOWED" });
});

test("app pay: the wallet checks the order string, and the trade begins with the payment", async () => {
  const text = bench.orderString(order("W10", "QUICK_MSECURITY_PAY", { timeout_express: "1m" }));
  const shown = bench.simulator.payer.invoke(text);
  bench.simulator.payer.open(shown.code);
  bench.simulator.clock.advance(10 * minuteMs);
  expect(await bench.query("W10")).toMatchObject({ sub_code: "ACQ.TRADE_NOT_EXIST" });
  expect(bench.simulator.payer.invoke({ orderStr: text }).code).toBe(shown.code);
  expect(bench.simulator.payer.pay(shown.code)).toMatchObject({ state: "paid", returnUrl: undefined });
  expect(await bench.notified(0)).toMatchObject({ out_trade_no: "W10", trade_status: "TRADE_SUCCESS" });
  for (const bad of [text.replace("12.88", "12.89"), bench.orderString(wapOrder("W11"))]) {
    expect(() => bench.simulator.payer.invoke(bad)).toThrow(expect.objectContaining({ code: "INVALID_INVOCATION" }));
  }
  const asPage = `${bench.simulator.urls.alipay}?${bench.orderString(order("W13", "QUICK_MSECURITY_PAY"))}`;
  const asApp = new URL(bench.pageUrl(wapPay, wapOrder("W14"))).search.slice(1);
  expect(() => bench.simulator.payer.visit(asPage)).toThrow(/not for the buyer's page/);
  expect(() => bench.simulator.payer.invoke(asApp)).toThrow(/not for the buyer's app/);
  expect(await (await browse(asPage)).text()).toContain("isv.invalid-method");
});

test("faults hit the gateway's pages too", async () => {
  bench.simulator.faults.script({ channel: "alipay", operation: "create", fault: { kind: "unknown_result" } });
  const url = bench.pageUrl(pagePay, pageOrder("W12"));
  expect(await (await browse(url)).text()).toContain("isp.unknow-error");
  expect((await browse(url)).status).toBe(302);
  expect(bench.simulator.calls().map(({ operation, outcome }) => `${operation} ${outcome}`)).toEqual([
    "create isp.unknow-error",
    "create 10000",
  ]);
});
