import { PayhubError } from "@payhub/domain";
import { beforeAll, expect, test } from "vitest";
import { ACCOUNT, API_V3_KEY, pem, rsaKeys } from "../../test/wechatpay-peer.ts";
import { readCredentials } from "./credentials.ts";

let valid: Record<string, string>;
let weakPrivateKey: string;

beforeAll(async () => {
  const [own, channel, weak] = await Promise.all([rsaKeys(), rsaKeys(), rsaKeys(1024)]);
  weakPrivateKey = pem(weak.privateKey);
  valid = {
    ...ACCOUNT,
    merchantSerialNo: "408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB",
    merchantPrivateKey: pem(own.privateKey),
    apiV3Key: API_V3_KEY,
    publicKeyId: "PUB_KEY_ID_0119000001092026112100000000000001",
    publicKey: pem(channel.publicKey),
  };
});

function refusal(changes: Record<string, unknown>): PayhubError {
  try {
    readCredentials({ ...valid, ...changes });
  } catch (error) {
    if (error instanceof PayhubError) return error;
    throw error;
  }
  throw new Error("taken");
}

test("the live service is the endpoint unless another is given", () => {
  expect(readCredentials(valid).endpoint).toBe("https://api.mch.weixin.qq.com");
  expect(readCredentials({ ...valid, endpoint: "http://127.0.0.1:8080/" }).endpoint).toBe("http://127.0.0.1:8080");
});

test("a key whose line breaks were flattened is read, a serial in small letters too", () => {
  const { merchantPrivateKey = "", merchantSerialNo = "" } = valid;
  const read = readCredentials({
    ...valid,
    merchantPrivateKey: merchantPrivateKey.replaceAll("\n", "\\n"),
    merchantSerialNo: merchantSerialNo.toLowerCase(),
  });
  expect(read.merchantPrivateKey).toBe(merchantPrivateKey.trim());
  expect(read.merchantSerialNo).toBe(merchantSerialNo);
});

test("a merchant in certificate mode has no public key; half of one is refused", () => {
  const { publicKey, publicKeyId, ...rest } = valid;
  expect(readCredentials(rest)).not.toHaveProperty("publicKey");
  expect(refusal({ publicKey: undefined }).message).toContain("publicKeyId and publicKey must be given together");
  expect(refusal({ publicKeyId: undefined }).message).toContain("publicKeyId and publicKey must be given together");
});

test.each([
  ["mchid", "19000x"],
  ["mchid", 1900000109],
  ["appid", ""],
  ["appid", 'wx"1'],
  ["merchantSerialNo", "PUB_KEY_ID_1"],
  ["apiV3Key", "short"],
  ["miniprogramAppid", "wx 1"],
  ["appAppid", ""],
  ["subMchid", "1900000109"],
  ["subMchid", "19000x"],
  ["apiV3Key", "密".repeat(32)],
  ["publicKeyId", "408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB"],
  ["endpoint", "ftp://127.0.0.1"],
  ["endpoint", "https://api.mch.weixin.qq.com/v3"],
  ["endpoint", "https://user:secret@api.mch.weixin.qq.com"],
  ["endpoint", "api.mch.weixin.qq.com"],
])("%s is not %j", (field, value) => {
  expect(refusal({ [field]: value })).toMatchObject({
    code: "INVALID_INPUT",
    details: { fields: [{ field, problem: expect.stringContaining("must") }] },
  });
});

test("keys of the wrong kind are refused where they are put", () => {
  const { merchantPrivateKey, publicKey } = valid;
  expect(refusal({ merchantPrivateKey: publicKey }).message).toContain("merchantPrivateKey must be");
  expect(refusal({ merchantPrivateKey: weakPrivateKey }).message).toContain("2048");
  expect(refusal({ publicKey: merchantPrivateKey }).message).toContain("publicKey must be");
});

test("a sub-merchant's app needs a sub-merchant", () => {
  expect(refusal({ subAppid: "wxsub" }).message).toContain("subMchid must be");
  expect(readCredentials({ ...valid, subMchid: "1900000201", subAppid: "wxsub" })).toMatchObject({ subAppid: "wxsub" });
});

test("products are scenes of the channel", () => {
  expect(readCredentials({ ...valid, products: ["qr", "barcode"] }).products).toEqual(["qr", "barcode"]);
  for (const products of [[], ["pc"], ["qr", "pc"], "qr"]) expect(refusal({ products }).message).toContain("products");
});
