import { once } from "node:events";
import { createReadStream, statSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import type { ChannelParty } from "../../channel-party.ts";
import { answerParent } from "../../process/worker.ts";
import { answerSigner } from "../../stub/sign-answer.ts";
import type { WrittenBill } from "../write-bill.ts";

export type ChannelVerbs = {
  /** Starts the channel; gives its address. */
  start: (party: Pick<ChannelParty, "publicKeyId" | "channelPrivateKey">) => Promise<{ url: string }>;
  /** Has this trade bill from now on, whichever day is asked for; there is never a fund-flow bill. */
  issue: (bill: WrittenBill) => Promise<void>;
};

const DOWNLOAD = "/v3/billdownload/file?token=bench&tartype=gzip";
const NO_BILL = JSON.stringify({ code: "NO_STATEMENT_EXIST", message: "请求的账单文件不存在" });

let issued: WrittenBill | undefined;

async function start(party: Parameters<ChannelVerbs["start"]>[0]): Promise<{ url: string }> {
  const signed = answerSigner(party);
  const answer = (response: ServerResponse, status: number, body: string) => {
    response.writeHead(status, signed(body)).end(body);
  };
  let url = "";
  const server = createServer((request, response) => {
    request.resume();
    if (!issued || !request.headers.authorization?.startsWith("WECHATPAY2-SHA256-RSA2048 ")) {
      return answer(response, 400, NO_BILL);
    }
    if (request.url === DOWNLOAD) {
      void send(issued.path, response);
      return;
    }
    if (!request.url?.startsWith("/v3/bill/tradebill?")) return answer(response, 400, NO_BILL);
    const address = { hash_type: "SHA1", hash_value: issued.sha1, download_url: `${url}${DOWNLOAD}` };
    return answer(response, 200, JSON.stringify(address));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url };
}

/** The bytes of a download are not signed (https://pay.weixin.qq.com/doc/v3/merchant/4012084430). */
async function send(path: string, response: ServerResponse): Promise<void> {
  response.writeHead(200, { "content-type": "application/x-gzip", "content-length": statSync(path).size });
  // A reader that goes away says itself what is wrong.
  await pipeline(createReadStream(path), response).catch(() => {});
}

answerParent({
  start,
  async issue(bill) {
    issued = bill;
  },
} satisfies ChannelVerbs);
