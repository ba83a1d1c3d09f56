import { PayhubError } from "@payhub/domain";
import { expect, test } from "vitest";
import { connectTo, pem, rsaKeys } from "../test/wechatpay-peer.ts";
import { channelOf, createRegistry, sceneOf } from "./registry.ts";
import { wechatpay } from "./wechatpay/plugin.ts";

async function accountWith(products?: string[]) {
  const [own, channel] = await Promise.all([rsaKeys(), rsaKeys()]);
  const credentials = {
    mchid: "1900000109",
    appid: "wx1234567890abcdef",
    merchantSerialNo: "408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB",
    merchantPrivateKey: pem(own.privateKey),
    apiV3Key: "k".repeat(32),
    publicKeyId: "PUB_KEY_ID_1",
    publicKey: pem(channel.publicKey),
    ...(products && { products }),
  };
  return { plugin: channelOf(createRegistry([wechatpay]), "wechatpay"), connection: connectTo([credentials]) };
}

test("an account can do what its channel can", async () => {
  const account = await accountWith();
  expect(sceneOf(account, "barcode").atCounter).toEqual({
    askEveryMs: 5000,
    giveUpAfterMs: 45_000,
    cancelAfterMs: 15_000,
  });
  expect(() => sceneOf(account, "pc")).toThrow(PayhubError);
});

test("an account that names its products can do these, and says so", async () => {
  const account = await accountWith(["jsapi", "qr"]);
  expect(sceneOf(account, "qr")).toBe(wechatpay.scenes.qr);
  try {
    sceneOf(account, "h5");
    throw new Error("taken");
  } catch (error) {
    expect(error).toMatchObject({
      code: "SCENE_NOT_SUPPORTED",
      message: expect.stringContaining("qr, jsapi"),
      details: { channel: "wechatpay", scene: "h5", supported: ["qr", "jsapi"] },
    });
  }
});

test("a channel has one plugin", () => {
  expect(() => createRegistry([wechatpay, wechatpay])).toThrow("wechatpay");
  expect(() => channelOf(createRegistry([]), "wechatpay")).toThrow("wechatpay");
});
