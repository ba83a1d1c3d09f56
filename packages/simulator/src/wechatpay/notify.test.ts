import { afterEach, expect, test } from "vitest";
import type { WechatpayBench } from "../../test/wechatpay-bench.ts";
import { openCallback, startWechatpayBench } from "../../test/wechatpay-bench.ts";
import type { CallbackFault } from "../core/faults.ts";
import { createWechatpayMerchant } from "./merchant.ts";
import { retryTableMs } from "./notify.ts";

const keys = await createWechatpayMerchant();
let bench: WechatpayBench;

afterEach(() => bench?.stop());

async function payOne(): Promise<string> {
  const order = bench.order();
  bench.simulator.payer.pay(String((await bench.create(order)).data.code_url));
  return String(order.out_trade_no);
}

const settled = () => expect.poll(() => bench.simulator.callbacks.pending(), { interval: 5 }).toEqual([]);

test("the envelope is the documented one", async () => {
  bench = await startWechatpayBench(keys);
  await payOne();
  const [callback] = await bench.receiver.waitFor(1);
  expect(JSON.parse(callback?.body ?? "")).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    create_time: expect.stringMatching(/\+08:00$/),
    resource_type: "encrypt-resource",
    event_type: "TRANSACTION.SUCCESS",
    summary: "支付成功",
    resource: {
      original_type: "transaction",
      algorithm: "AEAD_AES_256_GCM",
      ciphertext: expect.any(String),
      nonce: expect.stringMatching(/^.{12}$/),
      associated_data: "transaction",
    },
  });
  expect(callback?.headers["wechatpay-signature-type"]).toBe("WECHATPAY2-SHA256-RSA2048");
});

test("refused, it comes again fifteen times, never too soon: same id, fresh nonce", async () => {
  bench = await startWechatpayBench(keys, { speed: 100_000 });
  bench.receiver.answer = () => ({ status: 500, body: '{"code":"FAIL","message":"busy"}' });
  await payOne();
  const received = await bench.receiver.waitFor(16);
  await settled();
  expect(received).toHaveLength(16);
  expect(new Set(received.map(({ body }) => JSON.parse(body).id)).size).toBe(1);
  expect(new Set(received.map(({ headers }) => headers["wechatpay-nonce"])).size).toBe(16);
  for (const callback of received) expect(openCallback(callback, keys.merchant).trade_state).toBe("SUCCESS");
  const sentAt = bench.simulator.callbacks.deliveries().map(({ at }) => at);
  for (const [index, waitMs] of retryTableMs.entries()) {
    const gapMs = (sentAt[index + 1] ?? 0) - (sentAt[index] ?? 0);
    expect(gapMs).toBeGreaterThanOrEqual(Math.floor(waitMs / 100_000) - 2);
  }
});

test("the pace is the documented one", () => {
  const unitsMs: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000 };
  const documented = "15s 15s 30s 3m 10m 20m 30m 30m 30m 60m 3h 3h 3h 6h 6h"
    .split(" ")
    .map((wait) => Number.parseInt(wait, 10) * (unitsMs[wait.slice(-1)] ?? 0));
  expect(retryTableMs).toEqual(documented);
});

test.each([200, 204])("%i is an acceptance", async (status) => {
  bench = await startWechatpayBench(keys);
  bench.receiver.answer = () => ({ status });
  await payOne();
  await settled();
  expect(bench.receiver.received).toHaveLength(1);
});

test.each([201, 301, 400, 500])("%i is none", async (status) => {
  bench = await startWechatpayBench(keys);
  bench.receiver.answer = () => ({ status });
  await payOne();
  await expect.poll(() => bench.simulator.callbacks.deliveries().length).toBe(1);
  expect(bench.simulator.callbacks.pending()).toHaveLength(1);
});

test("a merchant switched to the public key gets callbacks signed by it", async () => {
  const switched = { ...keys, merchant: structuredClone(keys.merchant) };
  switched.merchant.platform.callbacksSignedBy = "public_key";
  bench = await startWechatpayBench(switched);
  await payOne();
  const [callback] = await bench.receiver.waitFor(1);
  expect(callback?.headers["wechatpay-serial"]).toBe(keys.credentials.publicKeyId);
  if (callback) openCallback(callback, keys.merchant);
});

async function payWith(fault: CallbackFault): Promise<void> {
  bench = await startWechatpayBench(keys, { speed: 10_000 });
  bench.simulator.faults.callback({ channel: "wechatpay", fault });
  await payOne();
  await settled();
}

test("a wrong amount and a wrong merchant are well signed", async () => {
  await payWith({ kind: "wrong_amount", amount: 1 });
  const [cheap] = bench.receiver.received;
  if (!cheap) throw new Error("no callback");
  expect(openCallback(cheap, keys.merchant)).toMatchObject({
    mchid: keys.credentials.mchid,
    amount: { total: 1, payer_total: 1 },
  });
  bench.simulator.faults.callback({ channel: "wechatpay", fault: { kind: "wrong_merchant" } });
  await payOne();
  const [, foreign] = await bench.receiver.waitFor(2);
  if (!foreign) throw new Error("no callback");
  const resource = openCallback(foreign, keys.merchant);
  expect(resource).toMatchObject({ amount: { total: 1288 } });
  expect(resource.mchid).not.toBe(keys.credentials.mchid);
});

test.each(["forged", "probe"] as const)("a %s callback does not verify; the true one follows", async (fault) => {
  await payWith(fault);
  const [forged, genuine] = await bench.receiver.waitFor(2);
  if (!forged || !genuine) throw new Error("two callbacks");
  expect(() => openCallback(forged, keys.merchant)).toThrow("the signature is wrong");
  const signature = String(forged.headers["wechatpay-signature"]);
  expect(signature.startsWith("WECHATPAY/SIGNTEST/")).toBe(fault === "probe");
  expect(openCallback(genuine, keys.merchant).trade_state).toBe("SUCCESS");
});
