import type { AlipaySdk } from "alipay-sdk";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createAlipayClient } from "../../test/alipay-bench.ts";
import type { Simulator } from "../start.ts";
import { startSimulator } from "../start.ts";
import { createAlipayMerchant } from "./merchant.ts";

const [mine, other] = await Promise.all([createAlipayMerchant(), createAlipayMerchant()]);
let simulator: Simulator;
let [asMe, asOther]: AlipaySdk[] = [];

beforeAll(async () => {
  simulator = await startSimulator({ alipay: { merchants: [mine.merchant, other.merchant] } });
  asMe = createAlipayClient(simulator.urls.alipay, mine.credentials);
  asOther = createAlipayClient(simulator.urls.alipay, other.credentials);
});

afterAll(() => simulator.stop());

function exec(sdk: AlipaySdk | undefined, method: string, biz: Record<string, unknown>) {
  if (!sdk) throw new Error("the clients are made before the tests");
  return sdk.exec(method, { biz_content: biz }, { validateSign: true });
}

test("a seller finds only its own trades, by either number", async () => {
  const order = { out_trade_no: "Q1", total_amount: "12.88", subject: "龙井一杯" };
  const { qr_code } = await exec(asMe, "alipay.trade.precreate", order);
  simulator.payer.pay(String(qr_code));
  const { trade_no } = await exec(asMe, "alipay.trade.query", { out_trade_no: "Q1" });
  expect(await exec(asMe, "alipay.trade.query", { trade_no })).toMatchObject({ code: "10000", out_trade_no: "Q1" });
  for (const biz of [{ trade_no }, { out_trade_no: "Q1" }]) {
    expect(await exec(asOther, "alipay.trade.query", biz)).toMatchObject({ sub_code: "ACQ.TRADE_NOT_EXIST" });
  }
  expect(await exec(asOther, "alipay.trade.precreate", { ...order, total_amount: "1.00" })).toMatchObject({
    code: "10000",
  });
});

test("fund_bill_list comes only when it is asked for", async () => {
  const order = { out_trade_no: "Q2", total_amount: "0.10", subject: "茶" };
  simulator.payer.pay(String((await exec(asMe, "alipay.trade.precreate", order)).qr_code));
  const biz = { out_trade_no: "Q2" };
  expect(await exec(asMe, "alipay.trade.query", biz)).not.toHaveProperty("fund_bill_list");
  expect(await exec(asMe, "alipay.trade.query", { ...biz, query_options: ["fund_bill_list"] })).toMatchObject({
    fund_bill_list: [{ amount: "0.10", fund_channel: "ALIPAYACCOUNT" }],
  });
});
