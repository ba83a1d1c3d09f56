import { afterEach, beforeEach, expect, test } from "vitest";
import { type AlipayBench, startAlipayBench } from "../../test/alipay-bench.ts";
import { askBill, readBill, readRows, unzip } from "../../test/alipay-bill.ts";
import { createAlipayMerchant } from "./merchant.ts";
import type { AlipayOptions } from "./simulator.ts";

const shop = { token: "202611BBshop", authAppId: "2021000000000001", sellerId: "2088000000000001", name: "山间小店" };
const { merchant, credentials } = await createAlipayMerchant({ sellerId: "2088102146225136" });
const keys = { merchant: { ...merchant, authorizations: [shop] }, credentials };
const startedAt = Date.parse("2026-11-20T10:00:00+08:00");
const hourMs = 3_600_000;
let bench: AlipayBench;

async function start(options: Omit<AlipayOptions, "merchants"> = {}): Promise<void> {
  bench = await startAlipayBench(keys, { now: () => startedAt, alipay: options });
}

beforeEach(() => start());
afterEach(() => bench.stop());

const pass = (ms: number) => bench.simulator.clock.advance(ms);
const pay = async (outTradeNo: string) => bench.simulator.payer.pay(await bench.code(outTradeNo));
const notThere = { code: "40004", sub_code: "isp.bill_not_exist" };
const invalid = { code: "40002", sub_code: "isv.invalid_arguments" };

/** The next day at noon, after one payment. */
async function noonAfter(outTradeNo: string): Promise<void> {
  await pay(outTradeNo);
  pass(26 * hourMs);
}

test("a day's bill is there from 09:00 of the next day on, and the link has the documented shape", async () => {
  await pay("Q1");
  pass(23 * hourMs - 1);
  expect(await askBill(bench, "2026-11-20")).toMatchObject(notThere);
  pass(1);
  const answer = await askBill(bench, "2026-11-20");
  expect(answer).toMatchObject({ code: "10000" });
  expect(answer).not.toHaveProperty("bill_file_code");
  const url = new URL(String(answer.bill_download_url));
  expect(url.origin).toBe(new URL(bench.simulator.urls.alipay).origin);
  expect(url.pathname).toBe("/downloadBillFile.resource");
  expect([...url.searchParams]).toEqual([
    ["bizType", "trade"],
    ["userId", "20881021462251360156"],
    ["fileType", "csv.zip"],
    ["bizDates", "20261120"],
    ["downloadFileName", "20881021462251360156_20261120.csv.zip"],
    ["fileId", "/trade/20881021462251360156/20261120.csv.zip"],
    ["timestamp", String((startedAt + 23 * hourMs) / 1000)],
    ["token", expect.stringMatching(/^[\da-f]{32}$/)],
  ]);
  expect(url.search).toContain("fileId=%2Ftrade%2F");
});

test("a day without business and one before any have no bill", async () => {
  await noonAfter("Q2");
  pass(24 * hourMs);
  expect(await askBill(bench, "2026-11-21")).toMatchObject(notThere);
  expect(await askBill(bench, "2020-01-01", "signcustomer")).toMatchObject(notThere);
});

test.each([
  ["today", { bill_date: "2026-11-21" }, invalid],
  ["tomorrow", { bill_date: "2026-11-22" }, invalid],
  ["no day of the calendar", { bill_date: "2026-11-31" }, invalid],
  ["a month", { bill_date: "2026-10" }, invalid],
  ["no date", { bill_date: undefined }, invalid],
  ["no type", { bill_type: undefined }, invalid],
  ["an unknown type", { bill_type: "trades" }, invalid],
  ["a type that nobody has", { bill_type: "merchant_act" }, { code: "40004", sub_code: "TYPE_NOT_SUPPORTED" }],
])("%s is refused", async (_name, changes, refusal) => {
  await noonAfter("Q3");
  const biz = { bill_type: "trade", bill_date: "2026-11-20", ...changes };
  expect(await bench.exec("alipay.data.dataservice.bill.downloadurl.query", biz)).toMatchObject(refusal);
});

test("some sellers get an empty file, and are told so", async () => {
  await bench.stop();
  await start({ emptyBills: "empty_file" });
  pass(26 * hourMs);
  for (const billType of ["trade", "signcustomer"] as const) {
    expect(await askBill(bench, "2026-11-20", billType)).toMatchObject({ bill_file_code: "EMPTY_DATA_WITH_BILL_FILE" });
    expect(await readRows(bench, "2026-11-20", billType)).toEqual([]);
  }
  const { detail, summary } = await readBill(bench, "2026-11-20");
  expect(detail.text).toContain("#交易合计：0笔，商家实收共0.00元，商家优惠共0.00元\r\n");
  expect(summary.text).toContain("\r\n合计,,0,0,0.00,0.00,0.00,0.00,0.00,0.00,0.00,0.00\r\n");
});

test("a link lives 30 seconds, and then is a page for people; so is one that somebody changed", async () => {
  await noonAfter("Q4");
  const url = String((await askBill(bench, "2026-11-20")).bill_download_url);
  const refused = async (link: string) => {
    const response = await fetch(link);
    expect(response.headers.get("content-type")).toBe("text/html;charset=GBK");
    return (await response.text()).match(/id="error-code"[^>]*>(\w+)/)?.[1];
  };
  pass(30_000);
  expect(await unzip(Buffer.from(await (await fetch(url)).arrayBuffer()))).toHaveLength(2);
  expect(await refused(url.replaceAll("20261120", "20261119"))).toBe("INVALID_TOKEN");
  expect(await refused(url.replaceAll("20881021462251360156", "20880000000000010156"))).toBe("INVALID_TOKEN");
  pass(1000);
  expect(await refused(url)).toBe("LINK_EXPIRED");
});

test("a bill is its seller's own: a service provider gets its merchant's by his token", async () => {
  await pay("Q5");
  const biz = { out_trade_no: "Q5", total_amount: "1.00", subject: "茶" };
  const callFor = (method: string, content: Record<string, unknown>): Promise<Record<string, unknown>> =>
    bench.sdk.exec(method, { biz_content: content, app_auth_token: shop.token }, { validateSign: true });
  bench.simulator.payer.pay(String((await callFor("alipay.trade.precreate", biz)).qr_code));
  pass(26 * hourMs);
  const asked = { bill_type: "trade", bill_date: "2026-11-20" };
  const { bill_download_url: url } = await callFor("alipay.data.dataservice.bill.downloadurl.query", asked);
  const files = await unzip(Buffer.from(await (await fetch(String(url))).arrayBuffer()));
  const detail = files.find(({ name }) => name === "20880000000000010156_20261120_业务明细.csv");
  expect(detail?.text).toContain("#账号：[20880000000000010156]");
  expect(detail?.text).toContain("#交易合计：1笔，商家实收共1.00元");
  expect(await readRows(bench, "2026-11-20")).toMatchObject([{ "商家实收（元）": "12.88" }]);
});

test("faults hit the question and the download apart, and both are logged", async () => {
  await noonAfter("Q6");
  const { faults, calls } = bench.simulator;
  faults.script({ channel: "alipay", operation: "bill", fault: { kind: "unknown_result" } });
  expect(await askBill(bench, "2026-11-20")).toMatchObject({ code: "20000", sub_code: "isp.unknow-error" });
  const url = String((await askBill(bench, "2026-11-20")).bill_download_url);
  faults.script({ channel: "alipay", operation: "bill_download", fault: { kind: "status", status: 503 } });
  expect((await fetch(url)).status).toBe(503);
  faults.script({ channel: "alipay", operation: "bill_download", fault: { kind: "drop", when: "after" } });
  await expect(fetch(url)).rejects.toThrow("fetch failed");
  faults.script({ channel: "alipay", operation: "bill_download", fault: { kind: "unknown_result" } });
  expect((await fetch(url)).headers.get("content-type")).toBe("text/html;charset=GBK");
  expect((await fetch(url)).headers.get("content-type")).toBe("application/octet-stream");
  const told = calls().map(({ operation, outcome }) => `${operation} ${outcome}`);
  expect(told.slice(-6)).toEqual([
    "bill isp.unknow-error",
    "bill 10000",
    "bill_download 503",
    "bill_download drop",
    "bill_download isp.unknow-error",
    "bill_download 200",
  ]);
});
