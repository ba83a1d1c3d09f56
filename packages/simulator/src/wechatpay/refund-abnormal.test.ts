import { afterAll, beforeAll, expect, test } from "vitest";
import { Rsa } from "wechatpay-axios-plugin";
import type { WechatpayBench } from "../../test/wechatpay-bench.ts";
import { openCallback, platformKeys, startWechatpayBench } from "../../test/wechatpay-bench.ts";
import { createWechatpayMerchant } from "./merchant.ts";

const keys = await createWechatpayMerchant();
const serial = keys.credentials.publicKeyId ?? "";
const platformKey = platformKeys(keys.merchant)[serial] ?? "";
let bench: WechatpayBench;

beforeAll(async () => {
  bench = await startWechatpayBench(keys, { wechatpay: { refundDelayMs: 10 } });
});

afterAll(() => bench.stop());

const stateOf = (outRefundNo: unknown) =>
  bench.simulator
    .ledger()
    .flatMap(({ refunds }) => refunds)
    .find((refund) => refund.outRefundNo === outRefundNo)?.state;

async function abnormal(): Promise<Record<string, unknown>> {
  const order = bench.order();
  bench.simulator.payer.pay(String((await bench.create(order)).data.code_url));
  bench.simulator.faults.refund({ channel: "wechatpay", outcome: { kind: "abnormal", afterMs: 0 } });
  const { data } = await bench.refund(order.out_trade_no);
  await expect.poll(() => stateOf(data.out_refund_no)).toBe("abnormal");
  return data;
}

const apply = (refund: Record<string, unknown>, body: object, headers: Record<string, string> = {}) =>
  bench.post(
    `refund/domestic/refunds/${refund.refund_id}/apply-abnormal-refund`,
    { out_refund_no: refund.out_refund_no, ...body },
    headers,
  );

const named = { "Wechatpay-Serial": serial };
const userCard = {
  type: "USER_BANK_CARD",
  bank_type: "CMB_DEBIT",
  bank_account: Rsa.encrypt("6214830000000403", platformKey),
  real_name: Rsa.encrypt("张三", platformKey),
};

test.each([
  ["the payer's card", userCard, named],
  ["the merchant's own card", { type: "MERCHANT_BANK_CARD" }, {}],
])("sent to %s it succeeds, and is told", async (_what, body, headers) => {
  const refund = await abnormal();
  expect(await apply(refund, body, headers)).toMatchObject({
    status: 200,
    data: { status: "PROCESSING", channel: "OTHER_BANKCARD", refund_id: refund.refund_id },
  });
  await expect.poll(() => stateOf(refund.out_refund_no)).toBe("succeeded");
  const told = () =>
    bench.receiver.received
      .map((callback) => openCallback(callback, keys.merchant))
      .filter(({ out_refund_no }) => out_refund_no === refund.out_refund_no)
      .map(({ refund_status }) => refund_status);
  await expect.poll(told).toEqual(["ABNORMAL", "SUCCESS"]);
  expect((await apply(refund, body, headers)).data.code).toBe("INVALID_REQUEST");

  // The receiver has them before the sender has read the answers.
  const sent = () =>
    bench.simulator.callbacks
      .deliveries()
      .filter(({ topic, outTradeNo }) => topic === "refund" && outTradeNo === refund.out_trade_no);
  await expect.poll(() => sent().length).toBe(2);
  await bench.simulator.callbacks.deliverNow(sent()[0]?.callbackId ?? "");
  expect(told()).toEqual(["ABNORMAL", "SUCCESS", "ABNORMAL"]);
});

test.each([
  ["no serial", userCard, {}, "HTTP header缺少微信支付平台证书序列号(Wechatpay-Serial)"],
  ["an unknown serial", userCard, { "Wechatpay-Serial": "PUB_KEY_ID_0" }, "平台证书序列号Wechatpay-Serial错误"],
  ["an account in the clear", { ...userCard, bank_account: "6214830000000403" }, named, "解密失败"],
  ["no name", { ...userCard, real_name: undefined }, named, "缺少必填字段"],
  ["no bank", { ...userCard, bank_type: undefined }, named, "缺少必填字段"],
  ["an unknown type", { type: "CASH" }, {}, "不在枚举值范围内"],
])("%s is refused", async (_what, body, headers, message) => {
  const outcome = await apply(await abnormal(), body, headers);
  expect(outcome).toMatchObject({
    status: 400,
    data: { code: "PARAM_ERROR", message: expect.stringContaining(message) },
  });
});

test("the two numbers must be one refund's", async () => {
  const [one, two] = [await abnormal(), await abnormal()];
  const mixed = { refund_id: one.refund_id, out_refund_no: two.out_refund_no };
  expect(await apply(mixed, { type: "MERCHANT_BANK_CARD" })).toMatchObject({ status: 404 });
});
