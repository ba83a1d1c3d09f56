import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { WechatpayBench } from "../../test/wechatpay-bench.ts";
import { openCallback, startWechatpayBench } from "../../test/wechatpay-bench.ts";
import { createWechatpayMerchant } from "./merchant.ts";

const keys = await createWechatpayMerchant();
let bench: WechatpayBench;

afterEach(() => bench?.stop());

async function paid(): Promise<string> {
  const order = bench.order();
  bench.simulator.payer.pay(String((await bench.create(order)).data.code_url));
  await bench.receiver.waitFor(1);
  return String(order.out_trade_no);
}

async function nextCallback(count = 2) {
  const callback = (await bench.receiver.waitFor(count))[count - 1];
  if (!callback) throw new Error("no callback");
  return { envelope: JSON.parse(callback.body), resource: openCallback(callback, keys.merchant) };
}

test.each([
  ["succeeded", "SUCCESS", "退款成功"],
  ["closed", "CLOSED", "退款关闭"],
  ["abnormal", "ABNORMAL", "退款异常"],
] as const)("a refund that is %s is told in its own envelope", async (kind, status, summary) => {
  bench = await startWechatpayBench(keys);
  const outTradeNo = await paid();
  bench.simulator.faults.refund({ channel: "wechatpay", outcome: { kind, afterMs: 10 } });
  const { data } = await bench.refund(outTradeNo);
  const { envelope, resource } = await nextCallback();
  expect(envelope).toMatchObject({
    event_type: `REFUND.${status}`,
    summary,
    resource_type: "encrypt-resource",
    resource: { original_type: "refund", associated_data: "refund", algorithm: "AEAD_AES_256_GCM" },
  });
  expect(resource).toEqual({
    mchid: keys.credentials.mchid,
    out_trade_no: outTradeNo,
    transaction_id: data.transaction_id,
    out_refund_no: data.out_refund_no,
    refund_id: data.refund_id,
    refund_status: status,
    ...(status === "SUCCESS" && { success_time: expect.stringMatching(/\+08:00$/) }),
    user_received_account: "支付用户零钱",
    amount: { total: 1288, refund: 300, payer_total: 1288, payer_refund: 300 },
  });
});

test("without a notify_url nobody is told", async () => {
  bench = await startWechatpayBench(keys, { wechatpay: { refundDelayMs: 10 } });
  const outTradeNo = await paid();
  await bench.refund(outTradeNo, { notify_url: undefined });
  const state = () => bench.simulator.ledger()[0]?.refunds[0]?.state;
  await expect.poll(state).toBe("succeeded");
  await bench.simulator.callbacks.idle();
  expect(bench.simulator.callbacks.deliveries().map(({ topic }) => topic)).toEqual(["payment"]);
});

test("its callbacks have faults of their own", async () => {
  bench = await startWechatpayBench(keys, { wechatpay: { refundDelayMs: 10 }, speed: 10_000 });
  bench.simulator.faults.callback({
    channel: "wechatpay",
    topic: "refund",
    fault: { kind: "wrong_amount", amount: 1 },
  });
  await bench.refund(await paid());
  expect((await nextCallback()).resource).toMatchObject({ amount: { total: 1288, refund: 1, payer_refund: 1 } });
  bench.simulator.faults.callback({ channel: "wechatpay", topic: "refund", fault: { kind: "wrong_merchant" } });
  await bench.refund(bench.simulator.ledger()[0]?.outTradeNo);
  expect((await nextCallback(3)).resource.mchid).not.toBe(keys.credentials.mchid);
});

test("a late payment callback still tells of the payment", async () => {
  bench = await startWechatpayBench(keys);
  const outTradeNo = await paid();
  await bench.refund(outTradeNo, { notify_url: undefined });
  // The receiver has it before the sender has read the answer.
  const deliveries = () => bench.simulator.callbacks.deliveries();
  await expect.poll(() => deliveries().length).toBe(1);
  const [first] = deliveries();
  await bench.simulator.callbacks.deliverNow(first?.callbackId ?? "");
  expect((await nextCallback()).resource).toMatchObject({ out_trade_no: outTradeNo, trade_state: "SUCCESS" });
});

test("a restarted simulator finishes what it was processing, and tells", async () => {
  const directory = mkdtempSync(join(tmpdir(), "payhub-refund-"));
  const dataFile = join(directory, "simulator.sqlite");
  bench = await startWechatpayBench(keys, { dataFile });
  const outTradeNo = await paid();
  const { data } = await bench.refund(outTradeNo);
  const { receiver } = bench;
  await bench.simulator.stop();

  const after = await startWechatpayBench(keys, { dataFile });
  expect((await after.get(`refund/domestic/refunds/${data.out_refund_no}`)).data.status).toBe("PROCESSING");
  await receiver.waitFor(2);
  expect((await after.get(`refund/domestic/refunds/${data.out_refund_no}`)).data.status).toBe("SUCCESS");
  await after.stop();
  rmSync(directory, { recursive: true });
});
