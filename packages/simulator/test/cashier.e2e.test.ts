import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createAlipayMerchant } from "../src/index.ts";
import { type AlipayBench, startAlipayBench } from "./alipay-bench.ts";
import { expectShown, startBrowser } from "./browser.ts";

const alipay = await createAlipayMerchant({ name: "云上茶馆" });
let bench: AlipayBench;
let chromium: Awaited<ReturnType<typeof startBrowser>>;
let page: Page;
let orders = 0;

beforeAll(async () => {
  bench = await startAlipayBench(alipay);
  chromium = await startBrowser();
});

afterAll(async () => {
  await chromium?.stop();
  await bench?.stop();
});

beforeEach(async () => {
  page = await chromium.browser.newPage();
  return () => page.close();
});

const expectStep = (step: string) => expectShown(page, { step });

/** The merchant's own page, where the cashier sends the buyer back to. */
const shop = () => `${bench.simulator.urls.phone}/phone.css`;

function orderOf(productCode: string, changes: Record<string, unknown> = {}): Record<string, string> {
  const outTradeNo = `cashier_${orders++}`;
  const order = { out_trade_no: outTradeNo, total_amount: "1288.00", subject: "龙井一斤", product_code: productCode };
  return { ...order, ...changes };
}

const pcOrder = () => orderOf("FAST_INSTANT_TRADE_PAY");
const pcUrl = (order: Record<string, string>) => bench.pageUrl("alipay.trade.page.pay", order, shop());

test("PC: logged in, paid, and sent back with signed parameters", async () => {
  await page.setViewportSize({ width: 1280, height: 800 });
  const order = pcOrder();
  await page.goto(pcUrl(order));
  const shown = await expectStep("choose");
  for (const text of ["云上茶馆", "龙井一斤", "¥1,288.00", "扫一扫"]) expect(shown).toContain(text);
  expect(await bench.query(String(order.out_trade_no))).toMatchObject({ sub_code: "ACQ.TRADE_NOT_EXIST" });
  await page.click("#login");
  await expectStep("confirm");
  expect(await bench.query(String(order.out_trade_no))).toMatchObject({ trade_status: "WAIT_BUYER_PAY" });
  await page.click("#pay");
  await expectStep("paid");
  await page.waitForURL(`${shop()}?**`);
  const fields = Object.fromEntries(new URL(page.url()).searchParams);
  expect(fields).toMatchObject({ out_trade_no: order.out_trade_no, method: "alipay.trade.page.pay.return" });
  expect(bench.sdk.checkNotifySignV2(fields)).toBe(true);
});

test("PC: the form that a merchant's page submits is as good as the link", async () => {
  await page.setContent(bench.pageForm("alipay.trade.page.pay", pcOrder(), shop()));
  await expectStep("choose");
});

test("PC: paid by the phone that scanned the code, the cashier goes on by itself", async () => {
  const order = pcOrder();
  const { code } = bench.simulator.payer.visit(pcUrl(order));
  await page.goto(pcUrl(order));
  await expectStep("choose");
  const drawn = "document.querySelector('.code').complete && document.querySelector('.code').naturalWidth > 0";
  await expect.poll(() => page.evaluate(drawn)).toBe(true);
  bench.simulator.payer.pay(code);
  await page.waitForURL(`${shop()}?**`);
});

test("wap: turned away it leads to quit_url, and is paid after all", async () => {
  const order = orderOf("QUICK_WAP_WAY", { quit_url: `${shop()}?quit` });
  await page.goto(bench.pageUrl("alipay.trade.wap.pay", order, shop()));
  expect(await expectStep("choose")).not.toContain("扫一扫");
  await page.click("#login");
  await expectStep("confirm");
  await page.click("#refuse");
  expect(await expectStep("refused")).toContain("已放弃付款");
  expect(await page.getAttribute("#return", "href")).toBe(`${shop()}?quit`);
  await page.click("#retry");
  await expectStep("confirm");
  await page.click("#pay");
  await page.waitForURL(`${shop()}?charset=**`);
});

test("an order that its merchant closes, or that time ends, ends the open cashier; in English when asked", async () => {
  const order = pcOrder();
  const { code } = bench.simulator.payer.visit(pcUrl(order));
  const cashier = `${new URL(bench.simulator.urls.alipay).origin}/cashier/${code.split("/").at(-1)}?lang=en`;
  await page.goto(cashier);
  await expectStep("choose");
  await page.click("#login");
  await expectStep("confirm");
  await bench.close(String(order.out_trade_no));
  expect(await expectStep("closed")).toContain("Trade closed");

  await page.goto(pcUrl({ ...pcOrder(), timeout_express: "5m" }));
  await expectStep("choose");
  bench.simulator.clock.advance(5 * 60_000);
  expect(await expectStep("expired")).toContain("交易已超时");
});

test("an unknown cashier and a refused order say so", async () => {
  await page.goto(`${new URL(bench.simulator.urls.alipay).origin}/cashier/bax0`);
  expect(await expectStep("unknown")).toContain("找不到这笔订单");
  await page.goto(pcUrl({ ...pcOrder(), product_code: "WRONG" }));
  expect(await page.textContent("main")).toContain("参数无效");
});
