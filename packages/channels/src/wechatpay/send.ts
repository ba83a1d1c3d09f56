import type { Unknown, Unsent } from "../channel.ts";
import { type Answered, exchange } from "./exchange.ts";
import type { Line } from "./line.ts";
import { authorize } from "./sign.ts";

/** One request to the channel; `path` with its query, `body` empty for none. */
export interface ChannelRequest {
  method: "GET" | "POST";
  path: string;
  body: string;
}

/** Signs and sends one request, done by the moment `until` of `performance.now()`; the answer is not verified yet. */
export async function send(line: Line, request: ChannelRequest, until: number): Promise<Answered | Unknown | Unsent> {
  const headers = await signedHeaders(line, request);
  const { endpoint: origin } = line.credentials;
  return exchange(line.agent, { ...request, origin, headers, timeoutMs: until - performance.now() });
}

/** What a request needs beside its path and body, signed now. */
export async function signedHeaders(
  { runtime, credentials, privateKey }: Line,
  request: ChannelRequest,
): Promise<Record<string, string>> {
  const { mchid, merchantSerialNo, publicKeyId } = credentials;
  const timestamp = String(Math.floor(runtime.clock.now() / 1000));
  const nonce = Buffer.from(runtime.random.bytes(16)).toString("hex");
  const authorization = await authorize({ ...request, timestamp, nonce, mchid, merchantSerialNo }, privateKey);
  const headers: Record<string, string> = { accept: "application/json", "user-agent": "payhub", authorization };
  if (request.body !== "") headers["content-type"] = "application/json";
  // Asks for answers signed by the public key (https://pay.weixin.qq.com/doc/v3/merchant/4012154180).
  if (publicKeyId !== undefined) headers["wechatpay-serial"] = publicKeyId;
  return headers;
}
