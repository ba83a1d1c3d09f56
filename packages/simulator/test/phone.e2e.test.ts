import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createAlipayMerchant, createWechatpayMerchant } from "../src/index.ts";
import { type AlipayBench, fieldsOf, startAlipayBench } from "./alipay-bench.ts";
import { expectShown, startBrowser } from "./browser.ts";
import { createWechatpayClient, settle } from "./wechatpay-bench.ts";
import { jsapiParams } from "./wechatpay-invocation.ts";

const alipay = await createAlipayMerchant({ name: "云上茶馆" });
const wechatpay = await createWechatpayMerchant({ name: "山间咖啡" });

let bench: AlipayBench;
let chromium: Awaited<ReturnType<typeof startBrowser>>;
let page: Page;
let orders = 0;

beforeAll(async () => {
  bench = await startAlipayBench(alipay, { wechatpay: { merchants: [wechatpay.merchant] } });
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

const nextOrder = () => `phone_${orders++}`;

async function open(code: string, query = ""): Promise<void> {
  await page.goto(`${bench.simulator.urls.phone}/?code=${encodeURIComponent(code)}${query}`);
}

const expectScreen = (screen: string) => expectShown(page, { screen });

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

test("a JSAPI invocation is played from pasted parameters, and a forged one refused", async () => {
  const { mchid, appid } = wechatpay.credentials;
  const client = createWechatpayClient(bench.simulator.urls.wechatpay, wechatpay);
  const placed = await settle(
    client.chain("v3/pay/transactions/jsapi").post({
      appid,
      mchid,
      description: "手冲咖啡",
      out_trade_no: nextOrder(),
      notify_url: bench.receiver.url,
      amount: { total: 2800, currency: "CNY" },
      payer: { openid: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o" },
    }),
  );
  const params = jsapiParams(wechatpay.credentials, String(placed.data.prepay_id));
  const paste = async (text: string) => {
    await page.goto(bench.simulator.urls.phone);
    await page.fill("#code", text);
    await page.click("#open");
  };
  await paste(JSON.stringify({ ...params, nonceStr: "another" }));
  expect(await expectScreen("invalid")).toContain("无法调起支付");
  await paste("{ half");
  await expectScreen("invalid");
  await paste(JSON.stringify(params));
  expect(await expectScreen("pay")).toContain("手冲咖啡");
  await page.click("#pay");
  await expectScreen("paid");
});

test("an app's order string and a mini-program's trade number are played as well", async () => {
  const order = { total_amount: "12.88", subject: "龙井一杯" };
  const appOrder = { ...order, out_trade_no: nextOrder(), product_code: "QUICK_MSECURITY_PAY" };
  const created = await bench.exec("alipay.trade.create", {
    ...order,
    out_trade_no: nextOrder(),
    buyer_id: "2088102146225135",
  });
  for (const text of [bench.orderString(appOrder), JSON.stringify({ tradeNO: created.trade_no })]) {
    await page.goto(bench.simulator.urls.phone);
    await page.fill("#code", text);
    await page.click("#open");
    await expectScreen("pay");
    await page.click("#pay");
    await expectScreen("paid");
  }
});

test("an H5 link is paid and leads back to the merchant", async () => {
  const { mchid, appid } = wechatpay.credentials;
  const client = createWechatpayClient(bench.simulator.urls.wechatpay, wechatpay);
  const placed = await settle(
    client.chain("v3/pay/transactions/h5").post({
      appid,
      mchid,
      description: "手冲咖啡",
      out_trade_no: nextOrder(),
      notify_url: bench.receiver.url,
      amount: { total: 2800, currency: "CNY" },
      scene_info: { payer_client_ip: "203.0.113.7", h5_info: { type: "Wap" } },
    }),
  );
  const back = `${bench.simulator.urls.phone}/phone.css`;
  await open(`${placed.data.h5_url}&redirect_url=${encodeURIComponent(back)}`);
  await expectScreen("pay");
  await page.click("#pay");
  await expectScreen("paid");
  await page.click("#return");
  await page.waitForURL(back);
});

test("a bar code is scanned by the till and its password typed on the phone", async () => {
  await page.goto(`${bench.simulator.urls.phone}/?show=code&channel=alipay`);
  expect(await expectScreen("code")).toContain("付款码");
  await page.click("#password");
  await page.locator("#password:checked").waitFor();
  const digits = ((await page.locator("#digits").textContent()) ?? "").replaceAll(" ", "");
  const drawn = "document.querySelector('.bars').complete && document.querySelector('.bars').naturalWidth > 0";
  await expect.poll(() => page.evaluate(drawn)).toBe(true);
  const outTradeNo = nextOrder();
  expect(await bench.charge(outTradeNo, digits)).toMatchObject({ code: "10003" });
  expect(await expectScreen("password")).toContain("云上茶馆");
  await page.click("#confirm");
  await expectScreen("paid");
  expect(await bench.query(outTradeNo)).toMatchObject({ trade_status: "TRADE_SUCCESS" });

  await page.click("#again");
  await expectScreen("code");
  const next = ((await page.locator("#digits").textContent()) ?? "").replaceAll(" ", "");
  await bench.charge(nextOrder(), next);
  await expectScreen("password");
  await page.click("#refuse");
  expect(await expectScreen("paymentFailed")).toContain("付款失败");
});

test("a bar code ends after its minute", async () => {
  await page.goto(`${bench.simulator.urls.phone}/?show=code`);
  await expectScreen("code");
  bench.simulator.clock.advance(60_000);
  expect(await expectScreen("codeExpired")).toContain("付款码已失效");
});

test("waiting lets the order expire", async () => {
  await open(await bench.code(nextOrder(), { timeout_express: "5m" }));
  await expectScreen("pay");
  bench.simulator.clock.advance(5 * 60_000);
  expect(await expectScreen("expired")).toContain("二维码已过期");
});
