import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, inject, test } from "vitest";
import { createAlipayMerchant, createWechatpayMerchant } from "../src/index.ts";
import { type AlipayBench, fieldsOf, startAlipayBench } from "./alipay-bench.ts";
import { createWechatpayClient, settle } from "./wechatpay-bench.ts";

declare module "vitest" {
  interface ProvidedContext {
    chromiumPath: string;
  }
}

const alipay = await createAlipayMerchant({ name: "云上茶馆" });
const wechatpay = await createWechatpayMerchant({ name: "山间咖啡" });

let bench: AlipayBench;
let browser: BrowserContext;
let profile: string;
let page: Page;
let orders = 0;

beforeAll(async () => {
  bench = await startAlipayBench(alipay, { wechatpay: { merchants: [wechatpay.merchant] } });
  profile = await mkdtemp(join(tmpdir(), "payhub-phone-"));
  browser = await chromium.launchPersistentContext(profile, {
    executablePath: inject("chromiumPath") || "/usr/bin/chromium",
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
    viewport: { width: 390, height: 844 },
    locale: "zh-CN",
  });
});

afterAll(async () => {
  await browser?.close();
  await bench?.stop();
  await rm(profile, { recursive: true, force: true });
});

beforeEach(async () => {
  page = await browser.newPage();
  return () => page.close();
});

const nextOrder = () => `phone_${orders++}`;

async function open(code: string, query = ""): Promise<void> {
  await page.goto(`${bench.simulator.urls.phone}/?code=${encodeURIComponent(code)}${query}`);
}

async function expectScreen(screen: string): Promise<string> {
  await page.locator(`[data-screen="${screen}"]`).waitFor({ timeout: 10_000 });
  const overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
  expect(await page.evaluate(overflow)).toBe(0);
  return (await page.locator("main").textContent()) ?? "";
}

test("a pasted code shows merchant, amount and countdown, and is paid", async () => {
  const outTradeNo = nextOrder();
  const code = await bench.code(outTradeNo, { timeout_express: "15m" });
  await page.goto(bench.simulator.urls.phone);
  await expectScreen("scan");
  await page.fill("#code", `  ${code}\n`);
  await page.click("#open");
  const shown = await expectScreen("pay");
  expect(shown).toContain("支付宝");
  expect(shown).toContain("云上茶馆");
  expect(shown).toContain("龙井一杯");
  expect(await page.locator(".amount").textContent()).toBe("¥12.88");
  expect(await page.locator("#time-left").textContent()).toMatch(/^1[45]:\d\d$/);
  await page.click("#pay");
  expect(await expectScreen("paid")).toContain("支付成功");
  await bench.receiver.waitFor(1);
  expect(fieldsOf(bench.receiver.received.at(-1))).toMatchObject({ out_trade_no: outTradeNo });
  expect(await bench.query(outTradeNo)).toMatchObject({ trade_status: "TRADE_SUCCESS" });

  await open(code);
  expect(await expectScreen("alreadyPaid")).toContain("订单已支付");
});

test("a refused order stays unpaid and can be paid after all", async () => {
  const outTradeNo = nextOrder();
  await open(await bench.code(outTradeNo));
  await expectScreen("pay");
  await page.click("#refuse");
  expect(await expectScreen("refused")).toContain("已拒绝付款");
  expect(await bench.query(outTradeNo)).toMatchObject({ trade_status: "WAIT_BUYER_PAY" });
  await page.click("#retry");
  await expectScreen("pay");
  await page.click("#pay");
  await expectScreen("paid");
});

test("a WeChat Pay code is shown, in English when asked, and paid", async () => {
  const { mchid, appid } = wechatpay.credentials;
  const client = createWechatpayClient(bench.simulator.urls.wechatpay, wechatpay);
  const placed = await settle(
    client.chain("v3/pay/transactions/native").post({
      appid,
      mchid,
      description: "Flat white",
      out_trade_no: nextOrder(),
      notify_url: bench.receiver.url,
      amount: { total: 123_456, currency: "CNY" },
    }),
  );
  await open(String(placed.data.code_url), "&lang=en");
  const shown = await expectScreen("pay");
  expect(shown).toContain("WeChat Pay");
  expect(shown).toContain("山间咖啡");
  expect(await page.locator(".amount").textContent()).toBe("¥1,234.56");
  await page.click("#pay");
  expect(await expectScreen("paid")).toContain("Payment successful");
});

test("an order that its merchant closes ends the open page", async () => {
  const outTradeNo = nextOrder();
  await open(await bench.code(outTradeNo));
  await expectScreen("pay");
  await bench.close(outTradeNo);
  expect(await expectScreen("closed")).toContain("订单已关闭");
});

test("an unknown code is refused, and another can be scanned", async () => {
  await open("https://qr.alipay.com/unknown");
  expect(await expectScreen("unknown")).toContain("无法识别的二维码");
  await page.click("#again");
  await expectScreen("scan");
  expect(new URL(page.url()).search).toBe("");
});

test("what the merchant wrote is shown as text, never run", async () => {
  const subject = "<b>bold<b> <script>boo()";
  await open(await bench.code(nextOrder(), { subject }));
  expect(await expectScreen("pay")).toContain(subject);
  expect(await page.locator("main b, main script").count()).toBe(0);
});

test("waiting lets the order expire", async () => {
  await open(await bench.code(nextOrder(), { timeout_express: "5m" }));
  await expectScreen("pay");
  bench.simulator.clock.advance(5 * 60_000);
  expect(await expectScreen("expired")).toContain("二维码已过期");
});
