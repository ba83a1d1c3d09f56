import { createPrivateKey, sign } from "node:crypto";
import type { ChannelParty } from "../channel-party.ts";

/** Signs the channel's answers as of now (https://pay.weixin.qq.com/doc/v3/merchant/4013053249); gives headers in pairs. */
export function answerSigner({
  publicKeyId,
  channelPrivateKey,
}: Pick<ChannelParty, "publicKeyId" | "channelPrivateKey">): (body: string) => string[] {
  const key = createPrivateKey(channelPrivateKey);
  return (body) => {
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const nonce = "0123456789abcdef0123456789abcdef";
    const signature = sign("RSA-SHA256", Buffer.from(`${timestamp}\n${nonce}\n${body}\n`), key).toString("base64");
    return [
      ["Content-Type", "application/json; charset=utf-8"],
      ["Content-Length", String(Buffer.byteLength(body))],
      ["Wechatpay-Timestamp", timestamp],
      ["Wechatpay-Nonce", nonce],
      ["Wechatpay-Signature", signature],
      ["Wechatpay-Serial", publicKeyId],
      ["Wechatpay-Signature-Type", "WECHATPAY2-SHA256-RSA2048"],
    ].flat();
  };
}
