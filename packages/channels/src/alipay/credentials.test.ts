import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { PayhubError } from "@payhub/domain";
import { createAlipayMerchant } from "@payhub/simulator";
import { describe, expect, test } from "vitest";
import { readCredentials } from "./credentials.ts";

const app = generateKeyPairSync("rsa", { modulusLength: 2048 });
const alipay = generateKeyPairSync("rsa", { modulusLength: 2048 });
const PKCS8 = app.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const PKCS1 = app.privateKey.export({ type: "pkcs1", format: "pem" }).toString();
const SPKI = alipay.publicKey.export({ type: "spki", format: "pem" }).toString();

const entered = { appId: "2021000000000001", sellerId: "2088000000000001", privateKey: PKCS8, alipayPublicKey: SPKI };

/** A certificate of an elliptic key, which Alipay does not use; its private half is gone. */
const ELLIPTIC = `-----BEGIN CERTIFICATE-----
MIIBfTCCASOgAwIBAgIUKgBxU1i2/DwxCZI1D3rmXbtSBiIwCgYIKoZIzj0EAwIw
EzERMA8GA1UEAwwIZWxsaXB0aWMwIBcNMjYxMTIxMTcxMzExWhgPMjEyNjEwMjgx
NzEzMTFaMBMxETAPBgNVBAMMCGVsbGlwdGljMFkwEwYHKoZIzj0CAQYIKoZIzj0D
AQcDQgAEmAFKvG8BKJbSEXGthwaltE4GBb0k1RGHLA9FNf13SgoJUq88tmqgYvYB
6H3QZ9MRgdWN/fgvDM0BVvdzTN5JZKNTMFEwHQYDVR0OBBYEFNPAogFWBkRmRSaS
vf9cjZCOgfMpMB8GA1UdIwQYMBaAFNPAogFWBkRmRSaSvf9cjZCOgfMpMA8GA1Ud
EwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAMM9A5lu4z/V2ZHJxWzhx/j0
Zf7i7elZVJ0yVL7FLCAJAiArA6nxIy7xKvQ4jE40izEul13i80gcbjiAPGRrjP7d
cw==
-----END CERTIFICATE-----`;

const bare = (pem: string) => pem.replace(/-----[A-Z ]+-----|\n/g, "");
const oneLine = (pem: string) => pem.replaceAll("\n", "\\n");

function refusal(input: unknown): PayhubError {
  try {
    readCredentials(input);
  } catch (error) {
    if (error instanceof PayhubError) return error;
    throw error;
  }
  throw new Error("the credentials were taken");
}

describe("every form of a key becomes one", () => {
  test.each<[string, string]>([
    ["PKCS#8 PEM", PKCS8],
    ["PKCS#1 PEM", PKCS1],
    ["bare PKCS#8", bare(PKCS8)],
    ["bare PKCS#1", bare(PKCS1)],
    ["literal \\n, PKCS#8", oneLine(PKCS8)],
    ["literal \\n, PKCS#1", oneLine(PKCS1)],
    ["CRLF and blank lines", `\r\n\r\n${PKCS8.replaceAll("\n", "\r\n")}\r\n`],
    ["no line breaks in the PEM", PKCS8.replaceAll("\n", "")],
  ])("private key: %s", (_title, privateKey) => {
    expect(readCredentials({ ...entered, privateKey }).privateKey).toBe(PKCS8);
  });

  test.each<[string, string]>([
    ["SPKI PEM", SPKI],
    ["bare SPKI", bare(SPKI)],
    ["literal \\n", oneLine(SPKI)],
    ["PKCS#1 PEM", alipay.publicKey.export({ type: "pkcs1", format: "pem" }).toString()],
  ])("public key: %s", (_title, alipayPublicKey) => {
    expect(readCredentials({ ...entered, alipayPublicKey }).alipayPublicKey).toBe(SPKI);
  });
});

test("the endpoint is Alipay's own unless another is named", () => {
  expect(readCredentials(entered).endpoint).toBe("https://openapi.alipay.com/gateway.do");
  expect(readCredentials({ ...entered, endpoint: "http://127.0.0.1:1/g" }).endpoint).toBe("http://127.0.0.1:1/g");
  expect(refusal({ ...entered, endpoint: "file:///etc/passwd" }).message).toContain("endpoint");
});

test("a weak key, one of another kind and a public one are no app key", () => {
  const weak = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey;
  const elliptic = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  const pss = generateKeyPairSync("rsa-pss", { modulusLength: 2048 }).privateKey;
  const texts = [weak, elliptic, pss].map((key) => key.export({ type: "pkcs8", format: "pem" }).toString());
  for (const privateKey of [...texts, SPKI, "", "MIIE"]) {
    expect(refusal({ ...entered, privateKey }).message).toContain("privateKey must be an RSA private key");
  }
});

test("the app's own public key is not taken for Alipay's", () => {
  const alipayPublicKey = createPublicKey(createPrivateKey(PKCS1)).export({ type: "spki", format: "pem" }).toString();
  expect(refusal({ ...entered, alipayPublicKey }).message).toContain("alipayPublicKey is the app's own public key");
});

test("all wrong fields are named at once, in words and in details", () => {
  const error = refusal({ appId: "canary", privateKey: "canary", alipayPublicKey: SPKI, extra: "canary" });
  const fields = ["appId", "sellerId", "privateKey", "extra"];
  for (const field of fields) expect(error.message).toContain(field);
  expect(error.details?.fields).toHaveLength(fields.length);
  expect(JSON.stringify([error.message, error.details, error.cause])).not.toContain("canary");
});

describe("certificate mode", () => {
  const { alipayPublicKey: _key, privateKey: _own, ...account } = entered;
  async function certified() {
    const { merchant, credentials } = await createAlipayMerchant({ certificates: true });
    const { appCertificatePem, alipayCertificatePem, rootCertificatePem } = merchant.certificates ?? {};
    if (!appCertificatePem || !alipayCertificatePem || !rootCertificatePem) throw new Error("no certificates");
    const { privateKey } = credentials;
    return {
      ...account,
      privateKey,
      appCert: appCertificatePem,
      alipayCert: alipayCertificatePem,
      alipayRootCert: rootCertificatePem,
    };
  }
  const text = (pem: string) => pem.replaceAll("\r", "");

  test("takes three certificates in the place of Alipay's key", async () => {
    const input = await certified();
    const read = readCredentials(input);
    expect(read).not.toHaveProperty("alipayPublicKey");
    expect(read.appCert).toBe(text(input.appCert));
    expect(readCredentials(read)).toEqual(read);
    const { appCert, alipayCert, alipayRootCert } = input;
    const [one, file] = [oneLine(text(appCert)), `# Alipay\n${alipayCert}\n${alipayRootCert}`];
    const bundle = alipayRootCert + appCert;
    const again = readCredentials({ ...input, appCert: one, alipayCert: file, alipayRootCert: bundle });
    expect(again).toEqual({ ...read, alipayRootCert: text(bundle) });
  });

  test("names what is missing, too much or another's", async () => {
    const [input, other] = await Promise.all([certified(), certified()]);
    const { alipayRootCert: _root, ...two } = input;
    expect(refusal(two).message).toContain("alipayRootCert is missing");
    expect(refusal({ ...account, privateKey: PKCS8 }).message).toContain("alipayPublicKey is missing");
    expect(refusal({ ...input, alipayPublicKey: SPKI }).message).toContain("alipayPublicKey must be left out");
    expect(refusal({ ...input, appCert: other.appCert }).message).toContain(
      "appCert is the certificate of another key",
    );
    expect(refusal({ ...input, alipayCert: input.appCert }).message).toContain("alipayCert is the app's own");
  });

  test.each(["appCert", "alipayCert", "alipayRootCert"])("%s must be a certificate", async (field) => {
    const input = await certified();
    const broken = input.appCert.replace(/.{200}(?=\s*-----END)/s, "");
    for (const wrong of ["", "canary", SPKI, broken, ELLIPTIC]) {
      const error = refusal({ ...input, [field]: wrong });
      expect(error.message).toContain(`${field} must be`);
      expect(JSON.stringify([error.message, error.details])).not.toContain("canary");
    }
  });
});

test.each([
  ["appAuthToken", "canary canary"],
  ["miniprogramAppId", "canary"],
  ["products", ["qr", "canary"]],
  ["products", []],
])("%s of another form is named", (field, value) => {
  const error = refusal({ ...entered, [field]: value });
  expect(error.message).toContain(field);
  expect(JSON.stringify([error.message, error.details])).not.toContain("canary");
});
