import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { ChannelParty } from "../channel-party.ts";
import { answerParent } from "../process/worker.ts";
import { answerSigner } from "./sign-answer.ts";

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

async function start(party: Parameters<StubVerbs["start"]>[0]): Promise<{ url: string }> {
  const signed = answerSigner(party);
  let headers = signed(BODY);
  setInterval(() => {
    headers = signed(BODY);
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
