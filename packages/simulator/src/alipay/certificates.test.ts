import { afterAll, beforeAll, expect, test } from "vitest";
import { type AlipayBench, callGateway, startAlipayBench } from "../../test/alipay-bench.ts";
import { createAlipayMerchant } from "./merchant.ts";

const keys = await createAlipayMerchant({ certificates: true });
const { certificates } = keys.merchant;
let bench: AlipayBench;

beforeAll(async () => {
  bench = await startAlipayBench(keys);
});

afterAll(() => bench.stop());

const serials = { app_cert_sn: certificates?.appCertSn, alipay_root_cert_sn: certificates?.rootCertSn };
const call = (change: Record<string, string | undefined>) =>
  callGateway({ gateway: bench.simulator.urls.alipay, credentials: keys.credentials, change });

test("a client in certificate mode takes a payment and verifies every answer and notification", async () => {
  bench.simulator.payer.pay(await bench.code("K1"));
  expect(bench.sdk.checkNotifySignV2(await bench.notified(0))).toBe(true);
  expect(await bench.query("K1")).toMatchObject({ trade_status: "TRADE_SUCCESS" });
});

test("an answer names Alipay's certificate beside the signed object", async () => {
  const { text } = await call(serials);
  expect(text).toContain(`},"alipay_cert_sn":"${certificates?.alipayCertSn}","sign":"`);
  expect(certificates?.alipayCertSn).toMatch(/^[0-9a-f]{32}$/);
});

test.each([
  [{ ...serials, app_cert_sn: undefined }, "40001", "isv.missing-app-cert-sn"],
  [{ ...serials, alipay_root_cert_sn: undefined }, "40001", "isv.missing-alipay-root-cert-sn"],
  [{ ...serials, app_cert_sn: "0".repeat(32) }, "40002", "isv.invalid-app-cert-sn"],
  [{ ...serials, alipay_root_cert_sn: "0".repeat(32) }, "40002", "isv.invalid-alipay-root-cert-sn"],
])("%j is refused with %s %s", async (change, code, subCode) => {
  expect((await call(change)).answer).toMatchObject({ code, sub_code: subCode });
});
