import { createCipheriv, createPrivateKey, type KeyObject, randomBytes, sign } from "node:crypto";
import type { ChannelParty } from "../channel-party.ts";
import type { SeededOrder } from "../seeded-order.ts";
import type { PreparedRequest } from "./fire.ts";

/** Makes sealed and signed success callbacks (https://pay.weixin.qq.com/doc/v3/merchant/4012791882), one for each order. */
export async function callbackRequests(
  party: ChannelParty,
  { accountNo, orders }: { accountNo: string; orders: readonly SeededOrder[] },
): Promise<PreparedRequest[]> {
  const key = createPrivateKey(party.channelPrivateKey);
  return Promise.all(orders.map((order) => callbackRequest(order, { party, key, accountNo })));
}

async function callbackRequest(
  order: SeededOrder,
  { party, key, accountNo }: { party: ChannelParty; key: KeyObject; accountNo: string },
): Promise<PreparedRequest> {
  const body = JSON.stringify({
    id: randomBytes(16).toString("hex"),
    create_time: new Date().toISOString(),
    event_type: "TRANSACTION.SUCCESS",
    resource_type: "encrypt-resource",
    summary: "支付成功",
    resource: seal(transactionOf(order, party), party.apiV3Key),
  });
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const nonce = randomBytes(16).toString("hex");
  const signature = await signText(`${timestamp}\n${nonce}\n${body}\n`, key);
  const headers = [
    ["content-type", "application/json"],
    ["wechatpay-timestamp", timestamp],
    ["wechatpay-nonce", nonce],
    ["wechatpay-signature", signature],
    ["wechatpay-serial", party.publicKeyId],
    ["wechatpay-signature-type", "WECHATPAY2-SHA256-RSA2048"],
  ].flat();
  return { path: `/callbacks/wechatpay/${accountNo}`, headers, body: Buffer.from(body) };
}

function transactionOf({ attemptNo, channelTradeNo, amount }: SeededOrder, { mchid, appid }: ChannelParty): string {
  return JSON.stringify({
    mchid,
    appid,
    out_trade_no: attemptNo,
    transaction_id: channelTradeNo,
    trade_type: "NATIVE",
    trade_state: "SUCCESS",
    trade_state_desc: "支付成功",
    bank_type: "OTHERS",
    attach: "",
    success_time: new Date().toISOString(),
    payer: { openid: "oMADEUPopenid0000000000001" },
    amount: { total: amount, payer_total: amount, currency: "CNY", payer_currency: "CNY" },
  });
}

function seal(text: string, apiV3Key: string): Record<string, string> {
  const nonce = randomBytes(6).toString("hex");
  const cipher = createCipheriv("aes-256-gcm", apiV3Key, nonce);
  cipher.setAAD(Buffer.from("transaction"));
  const ciphertext = Buffer.concat([cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return {
    original_type: "transaction",
    algorithm: "AEAD_AES_256_GCM",
    ciphertext: ciphertext.toString("base64"),
    associated_data: "transaction",
    nonce,
  };
}

function signText(text: string, key: KeyObject): Promise<string> {
  return new Promise((resolve, reject) => {
    sign("RSA-SHA256", Buffer.from(text), key, (error, signature) => {
      if (error) reject(error);
      else resolve(signature.toString("base64"));
    });
  });
}
