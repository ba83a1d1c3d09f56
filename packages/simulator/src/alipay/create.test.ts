import { afterAll, beforeAll, expect, test } from "vitest";
import { type AlipayBench, startAlipayBench } from "../../test/alipay-bench.ts";
import { createAlipayMerchant } from "./merchant.ts";

const keys = await createAlipayMerchant();
const buyer = "2088102146225135";
let bench: AlipayBench;

beforeAll(async () => {
  bench = await startAlipayBench(keys);
});

afterAll(() => bench.stop());

function create(outTradeNo: string, changes: Record<string, unknown> = {}) {
  const order = { out_trade_no: outTradeNo, total_amount: "12.88", subject: "龙井一杯", product_code: "JSAPI_PAY" };
  return bench.exec("alipay.trade.create", { ...order, buyer_id: buyer, ...changes }, bench.receiver.url);
}

test("the trade exists at once, is paid in the wallet and notified", async () => {
  const created = await create("C1", { op_app_id: keys.merchant.appId });
  expect(created).toMatchObject({ code: "10000", out_trade_no: "C1", trade_no: expect.stringMatching(/^\d{28}$/) });
  const tradeNO = String(created.trade_no);
  expect(await bench.query("C1")).toMatchObject({ trade_status: "WAIT_BUYER_PAY", buyer_user_id: buyer });
  const shown = bench.simulator.payer.invoke({ tradeNO });
  expect(shown).toMatchObject({ channel: "alipay", amount: 1288, state: "unpaid" });
  expect(bench.simulator.payer.pay(shown.code).state).toBe("paid");
  expect(await bench.notified(0)).toMatchObject({ trade_no: tradeNO, trade_status: "TRADE_SUCCESS", buyer_id: buyer });
  expect(bench.simulator.payer.invoke({ tradeNO }).state).toBe("paid");
});

test("a repeat finds the same trade; another buyer or amount is refused", async () => {
  const { trade_no } = await create("C2");
  expect(await create("C2")).toMatchObject({ code: "10000", trade_no });
  expect(await create("C2", { buyer_id: "2088000000000001" })).toMatchObject({ sub_code: "ACQ.CONTEXT_INCONSISTENT" });
  expect(await create("C2", { total_amount: "1.00" })).toMatchObject({ sub_code: "ACQ.CONTEXT_INCONSISTENT" });
  await bench.close("C2");
  expect(await create("C2")).toMatchObject({ sub_code: "ACQ.TRADE_HAS_CLOSE" });
});

test("a buyer by open id is named by open id everywhere", async () => {
  const openId = "074a1CcTG1LelxKe4xQC0zgNdId0nxi95b5lsNpazWYoCo5";
  const { trade_no } = await create("C3", { buyer_id: undefined, buyer_open_id: openId });
  const before = bench.receiver.received.length;
  bench.simulator.payer.pay(bench.simulator.payer.invoke({ tradeNO: String(trade_no) }).code);
  const told = await bench.notified(before);
  expect(told).toMatchObject({ buyer_open_id: openId });
  expect(told).not.toHaveProperty("buyer_id");
  const found = await bench.query("C3");
  expect(found).toMatchObject({ buyer_open_id: openId });
  expect(found).not.toHaveProperty("buyer_user_id");
});

test.each([
  [{ buyer_id: undefined }, "ACQ.INVALID_PARAMETER"],
  [{ buyer_id: "1234" }, "ACQ.BUYER_NOT_EXIST"],
  [{ product_code: "QUICK_WAP_WAY" }, "ACQ.INVALID_PARAMETER"],
])("%j is refused with %s", async (changes, subCode) => {
  expect(await create("C4", changes)).toMatchObject({ code: "40004", sub_code: subCode });
});

test("an unknown trade number cannot be invoked", () => {
  expect(() => bench.simulator.payer.invoke({ tradeNO: "2026112022001400000000000000" })).toThrow(
    expect.objectContaining({ code: "INVALID_INVOCATION" }),
  );
});
