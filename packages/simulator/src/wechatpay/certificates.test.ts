import { X509Certificate } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import type { WechatpayBench } from "../../test/wechatpay-bench.ts";
import { decrypt, settle, startWechatpayBench } from "../../test/wechatpay-bench.ts";
import { createPlatformCertificate, createWechatpayMerchant } from "./merchant.ts";

const keys = await createWechatpayMerchant();
let bench: WechatpayBench;

afterEach(() => bench.stop());

const download = () => settle(bench.client.chain("v3/certificates").get());

test("the certificate decrypts with the APIv3 key and has the serial that signs", async () => {
  bench = await startWechatpayBench(keys);
  const { status, data, headers } = await download();
  expect(status).toBe(200);
  const [entry] = data.data as Record<string, unknown>[];
  const encrypted = entry?.encrypt_certificate as Record<string, string>;
  expect(encrypted).toMatchObject({ algorithm: "AEAD_AES_256_GCM", associated_data: "certificate" });
  expect(encrypted.nonce).toHaveLength(12);
  const certificate = new X509Certificate(decrypt(encrypted, keys.credentials.apiV3Key));
  expect([entry?.serial_no, headers["wechatpay-serial"]]).toEqual([certificate.serialNumber, certificate.serialNumber]);
  expect(certificate.serialNumber).toMatch(/^[0-9A-F]{40}$/);
  expect(Date.parse(String(entry?.effective_time))).toBe(certificate.validFromDate.getTime());
  expect(Date.parse(String(entry?.expire_time))).toBe(certificate.validToDate.getTime());
  expect(() => decrypt(encrypted, "x".repeat(32))).toThrow();
});

test("during a rotation both are listed, the newer one signs, and a request may name either", async () => {
  const rotating = await createWechatpayMerchant();
  const older = rotating.merchant.platform.certificates[0]?.serialNo;
  rotating.merchant.platform.certificates.push(await createPlatformCertificate());
  const newer = rotating.merchant.platform.certificates[1]?.serialNo;
  bench = await startWechatpayBench(rotating);
  const { data, headers } = await download();
  expect((data.data as { serial_no: string }[]).map((entry) => entry.serial_no)).toEqual([older, newer]);
  expect(headers["wechatpay-serial"]).toBe(newer);
  const asking = bench.clientWith({ headers: { "Wechatpay-Serial": String(older) } });
  expect((await settle(asking.chain("v3/certificates").get())).headers["wechatpay-serial"]).toBe(older);
});

test("a merchant in public key mode only has none, and its answers are signed by the key", async () => {
  const modern = await createWechatpayMerchant({ certificates: 0 });
  bench = await startWechatpayBench(modern);
  expect(await download()).toMatchObject({ status: 404, data: { code: "RESOURCE_NOT_EXISTS" } });
  const placed = await bench.create(bench.order());
  expect([placed.status, placed.headers["wechatpay-serial"]]).toEqual([200, modern.credentials.publicKeyId]);
});
