import { createPrivateKey, sign } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { ChannelParty } from "../channel-party.ts";
import { answerParent } from "../process/worker.ts";

// An answer is good for five minutes (https://pay.weixin.qq.com/doc/v3/merchant/4013053249).
const SIGN_EVERY_MS = 60_000;

const BODY = JSON.stringify({ code_url: "weixin://wxpay/bizpayurl?pr=p4lpSuKzz" });

export type StubVerbs = {
  /** Starts the channel; gives its address. */
  start: (party: Pick<ChannelParty, "publicKeyId" | "channelPrivateKey">) => Promise<{ url: string }>;
  /** How many orders were placed so far. */
  placed: (input: undefined) => Promise<number>;
};

let placed = 0;

async function start({ publicKeyId, channelPrivateKey }: Parameters<StubVerbs["start"]>[0]): Promise<{ url: string }> {
  const key = createPrivateKey(channelPrivateKey);
  const signed = () => {
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const nonce = "0123456789abcdef0123456789abcdef";
    const signature = sign("RSA-SHA256", Buffer.from(`${timestamp}\n${nonce}\n${BODY}\n`), key).toString("base64");
    return [
      ["Content-Type", "application/json; charset=utf-8"],
      ["Content-Length", String(Buffer.byteLength(BODY))],
      ["Wechatpay-Timestamp", timestamp],
      ["Wechatpay-Nonce", nonce],
      ["Wechatpay-Signature", signature],
      ["Wechatpay-Serial", publicKeyId],
      ["Wechatpay-Signature-Type", "WECHATPAY2-SHA256-RSA2048"],
    ].flat();
  };
  let headers = signed();
  setInterval(() => {
    headers = signed();
  }, SIGN_EVERY_MS);
  const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
    request.resume();
    if (request.url !== "/v3/pay/transactions/native") {
      response.writeHead(404).end();
      return;
    }
    request.once("end", () => {
      placed++;
      response.writeHead(200, headers).end(BODY);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

answerParent({ start, placed: async () => placed } satisfies StubVerbs);
