import { request } from "undici";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { WechatpayBench } from "../../test/wechatpay-bench.ts";
import { startWechatpayBench } from "../../test/wechatpay-bench.ts";
import { createWechatpayMerchant } from "./merchant.ts";

const keys = await createWechatpayMerchant({ h5Domains: ["shop.example.com"] });
let bench: WechatpayBench;

beforeAll(async () => {
  bench = await startWechatpayBench(keys);
});

afterAll(() => bench.stop());

const sceneInfo = { payer_client_ip: "203.0.113.7", h5_info: { type: "Wap" } };
const place = (order = bench.order({ scene_info: sceneInfo })) => bench.post("pay/transactions/h5", order);
const back = encodeURIComponent("https://shop.example.com/done?order=1");

test("visited, paid and sent back", async () => {
  const order = bench.order({ scene_info: sceneInfo });
  const link = String((await place(order)).data.h5_url);
  expect(link).toMatch(/\/cgi-bin\/mmpayweb-bin\/checkmweb\?prepay_id=wx[0-9a-f]{34}&package=\d+$/);
  const url = `${link}&redirect_url=${back}`;
  expect(bench.simulator.payer.visit(url)).toMatchObject({
    state: "unpaid",
    amount: 1288,
    returnUrl: "https://shop.example.com/done?order=1",
  });
  expect(bench.simulator.payer.refuse(url).state).toBe("unpaid");
  expect(bench.simulator.payer.pay(url).state).toBe("paid");
  expect((await bench.query(String(order.out_trade_no))).data).toMatchObject({
    trade_state: "SUCCESS",
    trade_type: "MWEB",
  });
});

test("a link lives five minutes; placing the order again gives a fresh one", async () => {
  const own = await startWechatpayBench(keys);
  const order = own.order({ scene_info: sceneInfo });
  const place = async () => String((await own.post("pay/transactions/h5", order)).data.h5_url);
  const link = await place();
  own.simulator.clock.advance(299_000);
  expect(own.simulator.payer.visit(link).state).toBe("unpaid");
  own.simulator.clock.advance(1_000);
  expect(() => own.simulator.payer.pay(link)).toThrow(expect.objectContaining({ code: "CODE_EXPIRED" }));
  const fresh = await place();
  expect(() => own.simulator.payer.visit(link)).toThrow(expect.objectContaining({ code: "CODE_EXPIRED" }));
  expect(own.simulator.payer.pay(fresh).state).toBe("paid");
  await own.stop();
});

test.each([
  ["another parameter", (link: string) => `${link}&shop=1`],
  ["a guessed package", (link: string) => link.replace(/package=\d+/, "package=1")],
  ["a way back to a foreign host", (link: string) => `${link}&redirect_url=https%3A%2F%2Fexample.com`],
])("%s is refused", async (_what, change) => {
  const link = String((await place()).data.h5_url);
  expect(() => bench.simulator.payer.visit(change(link))).toThrow(
    expect.objectContaining({ code: "INVALID_INVOCATION" }),
  );
});

test("only links are visited", async () => {
  const { data } = await bench.create(bench.order());
  expect(() => bench.simulator.payer.visit(String(data.code_url))).toThrow(
    expect.objectContaining({ code: "UNKNOWN_CODE" }),
  );
});

describe("in a browser", () => {
  const open = async (link: string, headers: Record<string, string>) => {
    const answer = await request(link, { headers });
    return { status: answer.statusCode, location: answer.headers.location, text: await answer.body.text() };
  };
  const referer = "https://shop.example.com/cart";

  test("the link leads to the phone", async () => {
    const link = `${(await place()).data.h5_url}&redirect_url=${back}`;
    expect(await open(link, { referer })).toMatchObject({
      status: 302,
      location: `${bench.simulator.urls.phone}/?code=${encodeURIComponent(link)}`,
    });
  });

  test.each([
    ["no page", {}],
    ["a page elsewhere", { referer: "https://example.com/" }],
  ])("opened from %s it says what is wrong", async (_what, headers) => {
    const answer = await open(String((await place()).data.h5_url), headers);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain("商家存在未配置的参数");
  });

  test("a forged link opens nothing", async () => {
    const link = String((await place()).data.h5_url).replace(/package=\d+/, "package=1");
    expect((await open(link, { referer })).status).toBe(400);
  });
});

test.each([
  ["/scene_info", undefined],
  ["/scene_info/payer_client_ip", { h5_info: { type: "Wap" } }],
  ["/scene_info/payer_client_ip", { ...sceneInfo, payer_client_ip: "127.0.0.1" }],
  ["/scene_info/payer_client_ip", { ...sceneInfo, payer_client_ip: "here" }],
  ["/scene_info/h5_info", { payer_client_ip: "203.0.113.7" }],
  ["/scene_info/h5_info/type", { ...sceneInfo, h5_info: { type: "Web" } }],
])("%s is refused when it is %j", async (field, scene_info) => {
  const outcome = await place(bench.order({ scene_info }));
  expect(outcome).toMatchObject({ status: 400, data: { code: "PARAM_ERROR", detail: { field } } });
});
