import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { WechatpayBench } from "../../test/wechatpay-bench.ts";
import { createWechatpayClient, settle, startWechatpayBench } from "../../test/wechatpay-bench.ts";
import { advanceTo, askForBill, dayOf, download, fetchBill, pay } from "../../test/wechatpay-bills.ts";
import type { BillKind, Simulator } from "../index.ts";
import { startSimulator } from "../start.ts";
import { createWechatpayMerchant } from "./merchant.ts";

const keys = await createWechatpayMerchant();
let bench: WechatpayBench;
let day: string;

beforeAll(async () => {
  bench = await startWechatpayBench(keys);
  day = advanceTo(bench, "20:00:00");
  await pay(bench);
  advanceTo(bench, "10:00:00");
});

afterAll(() => bench.stop());

const kinds: readonly BillKind[] = ["trade", "fund_flow"];
const daysAgo = (days: number) => dayOf(bench.simulator.clock.now() - days * 86_400_000);

describe.each(kinds)("the %s bill", (billKind) => {
  test.each([
    ["no day", () => ({}), "PARAM_ERROR", "bill_date"],
    ["a day that is none", () => ({ bill_date: "2026-02-30" }), "PARAM_ERROR", "bill_date"],
    ["another form", () => ({ bill_date: "20260115" }), "PARAM_ERROR", "bill_date"],
    ["today", () => ({ bill_date: daysAgo(0) }), "PARAM_ERROR", "bill_date"],
    ["tomorrow", () => ({ bill_date: daysAgo(-1) }), "PARAM_ERROR", "bill_date"],
    ["more than three months back", () => ({ bill_date: daysAgo(94) }), "INVALID_REQUEST", undefined],
    ["another archive", () => ({ bill_date: day, tar_type: "ZIP" }), "PARAM_ERROR", "tar_type"],
  ])("of %s is refused", async (_what, params, code, field) => {
    const answer = await askForBill(bench, billKind, params());
    expect(answer).toMatchObject({ status: 400, data: { code } });
    expect(answer.data.detail).toEqual(field && expect.objectContaining({ field, location: "query" }));
  });

  test("of a day without business does not exist, three months back too", async () => {
    for (const days of [2, 88]) {
      expect(await askForBill(bench, billKind, { bill_date: daysAgo(days) })).toMatchObject({
        status: 400,
        data: { code: "NO_STATEMENT_EXIST", message: "请求的账单文件不存在" },
      });
    }
  });

  test("is made from ten o'clock on", async () => {
    const other = await startWechatpayBench(keys);
    const businessDay = advanceTo(other, "20:00:00");
    await pay(other);
    advanceTo(other, "09:50:00");
    const ask = () => askForBill(other, billKind, { bill_date: businessDay });
    expect(await ask()).toMatchObject({ status: 400, data: { code: "STATEMENT_CREATING" } });
    advanceTo(other, "10:00:00");
    expect((await ask()).status).toBe(200);
    await other.stop();
  });

  test("has no line of another merchant", async () => {
    const neighbour = await createWechatpayMerchant();
    const simulator: Simulator = await startSimulator({
      wechatpay: { merchants: [keys.merchant, neighbour.merchant] },
    });
    const own = createWechatpayClient(simulator.urls.wechatpay, keys);
    const theirs = createWechatpayClient(simulator.urls.wechatpay, neighbour);
    const { out_trade_no, ...order } = bench.order();
    const placed = await settle(own.chain("v3/pay/transactions/native").post({ out_trade_no, ...order }));
    simulator.payer.pay(String(placed.data.code_url));
    const params = { bill_date: dayOf(simulator.clock.now()) };
    simulator.clock.advance(2 * 86_400_000);
    const path = billKind === "trade" ? "v3/bill/tradebill" : "v3/bill/fundflowbill";
    const ask = (client: typeof own) => settle(client.chain(path).get({ params }));
    expect((await ask(theirs)).data.code).toBe("NO_STATEMENT_EXIST");

    const { download_url } = (await ask(own)).data;
    expect((await download(theirs, download_url)).status).toBe(403);
    expect((await download(own, download_url)).status).toBe(200);
    await simulator.stop();
  });
});

test.each([
  ["trade", "bill_type"],
  ["fund_flow", "account_type"],
] as const)("an unknown type of %s bill", async (billKind, field) => {
  const answer = await askForBill(bench, billKind, { bill_date: day, [field]: "OTHER" });
  expect(answer).toMatchObject({ status: 400, data: { code: "PARAM_ERROR", detail: { field } } });
});

test("other accounts have no trades", async () => {
  for (const account_type of ["OPERATION", "FEES"]) {
    const answer = await askForBill(bench, "fund_flow", { bill_date: day, account_type });
    expect(answer.data.code).toBe("NO_STATEMENT_EXIST");
  }
});

describe("a download", () => {
  const address = async () => (await askForBill(bench, "trade", { bill_date: day })).data.download_url;
  const codeOf = (data: Record<string, unknown>) => JSON.parse(Buffer.from(Object.values(data).map(Number)).toString());

  test("is unsigned, and names no request", async () => {
    const { status, headers } = await download(bench.client, await address());
    expect([status, headers["content-type"]]).toEqual([200, "text/plain"]);
    for (const name of ["wechatpay-signature", "wechatpay-serial", "request-id"])
      expect(headers).not.toHaveProperty(name);
  });

  test("needs a signed request", async () => {
    const headers = { Accept: "*/*", "User-Agent": "test" };
    const answer = await fetch(String(await address()), { headers });
    expect([answer.status, await answer.json()]).toEqual([401, expect.objectContaining({ code: "SIGN_ERROR" })]);
  });

  test("works for five minutes", async () => {
    const url = await address();
    bench.simulator.clock.advance(290_000);
    expect((await download(bench.client, url)).status).toBe(200);
    bench.simulator.clock.advance(10_000);
    const over = await download(bench.client, url);
    expect([over.status, codeOf(over.data).code]).toEqual([400, "INVALID_REQUEST"]);
  });

  test("of an unknown token is refused", async () => {
    const unknown = await download(bench.client, `${bench.simulator.urls.wechatpay}/?token=nothing`);
    expect([unknown.status, codeOf(unknown.data).code]).toEqual([400, "INVALID_REQUEST"]);
  });
});

test("faults hit the question and the download", async () => {
  const { faults, calls } = bench.simulator;
  faults.script({ channel: "wechatpay", operation: "bill", fault: { kind: "status", status: 503 } });
  expect((await askForBill(bench, "trade", { bill_date: day })).status).toBe(503);
  faults.script({ channel: "wechatpay", operation: "bill", fault: { kind: "bad_signature" } });
  const misleading = await askForBill(bench, "trade", { bill_date: day });
  expect(misleading.clientError).toBe("EV3_RES_HEADER_SIGNATURE_DIGEST");
  const { download_url } = (await askForBill(bench, "trade", { bill_date: day })).data;
  for (const when of ["before", "after"] as const) {
    faults.script({ channel: "wechatpay", operation: "bill_download", fault: { kind: "drop", when } });
    expect((await download(bench.client, download_url)).clientError).toBe("ECONNRESET");
  }
  faults.script({ channel: "wechatpay", operation: "bill_download", fault: { kind: "status", status: 500 } });
  expect((await download(bench.client, download_url)).status).toBe(500);
  expect((await download(bench.client, download_url)).status).toBe(200);
  expect(
    calls()
      .slice(-6)
      .map(({ operation, outcome }) => `${operation} ${outcome}`),
  ).toEqual([
    "bill 200",
    "bill 200",
    "bill_download drop",
    "bill_download drop",
    "bill_download 500 SYSTEM_ERROR",
    "bill_download 200",
  ]);
});

test("a service provider's bill has its merchants' trades, or those of one; its own balance has none of them", async () => {
  const subs = ["1900008001", "1900008002"].map((mchid) => ({ mchid, appids: [], name: mchid }));
  const provider = await createWechatpayMerchant({ subMerchants: subs });
  const partner = await startWechatpayBench(provider);
  const numbers: string[] = [];
  for (const { mchid } of subs) {
    const { appid: sp_appid, mchid: sp_mchid, ...order } = partner.order();
    const body = { sp_appid, sp_mchid, sub_mchid: mchid, ...order };
    const placed = await partner.post("pay/partner/transactions/native", body);
    partner.simulator.payer.pay(String(placed.data.code_url));
    await partner.refund(order.out_trade_no, { sub_mchid: mchid });
    numbers.push(String(order.out_trade_no));
  }
  const bill_date = dayOf(partner.simulator.clock.now());
  partner.simulator.clock.advance(2 * 86_400_000);
  const owners = async (params: object) =>
    (await fetchBill(partner, "trade", { bill_date, ...params })).rows
      .map((row) => `${row.商户号} ${row.特约商户号} ${row.商户订单号}`)
      .sort();
  const expected = subs.flatMap(({ mchid }, index) => {
    const line = `${provider.credentials.mchid} ${mchid} ${numbers[index]}`;
    return [line, line];
  });
  expect(await owners({})).toEqual(expected);
  expect(await owners({ sub_mchid: "1900008002" })).toEqual(expected.slice(2));
  const stranger = await askForBill(partner, "trade", { bill_date, sub_mchid: "1900009999" });
  expect(stranger.data).toMatchObject({ code: "INVALID_REQUEST", message: "受理关系不存在" });
  expect((await askForBill(partner, "fund_flow", { bill_date })).data.code).toBe("NO_STATEMENT_EXIST");
  await partner.stop();
});
