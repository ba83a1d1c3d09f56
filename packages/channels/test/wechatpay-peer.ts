import { createPublicKey, generateKeyPair, type KeyObject } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import { promisify } from "node:util";
import type { SceneInput } from "@payhub/domain";
import { Aes, Formatter, Rsa } from "wechatpay-axios-plugin";
import type { ChannelConnection, ChannelRuntime, ChargeRequest } from "../src/channel.ts";
import { wechatpay } from "../src/wechatpay/plugin.ts";

const generateKeys = promisify(generateKeyPair);

/** The account that the peer's tests use. */
export const ACCOUNT = { mchid: "1900000109", appid: "wx1234567890abcdef" } as const;
export const API_V3_KEY = "0123456789abcdefghijABCDEFGHIJ!?";
const PUBLIC_KEY_ID = "PUB_KEY_ID_0119000001092026112100000000000001";

/** Public half of the test key on https://pay.weixin.qq.com/doc/v3/merchant/4012365336 */
export const DOCUMENTED_KEY = createPublicKey(`-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAptpm+qvIDCh/9wjU26SQ
CK26ogYkBhDrYxnAaw2JbbBsp1oDbHKk+1r381NeBUG2HEFAuU+Fr72u5ot3yKdz
oF/FajAzQNKnm569/D3upKoi8mYBaST15Uig8j8qoUW1U217LL0jEHlSnHV3lcaD
TXqDpTRR4Bfz9IqOgJgFZ8/oTfEomSrjrLYef81Eyxr7ZIMQXEKKEK7V4UXKS0+/
fDsiG/cXidhzt8UbTL9vqXqxM2+IDImyO+FAc/tkBG55LmzxPto1Nq0WbnZzRM/w
Tzrd0I/8NlevxtFbphg4evlHjFNI7+GrqR87ViEwuAJJ9Je5QQjct5YJfFRWiZ5C
MQIDAQAB
-----END PUBLIC KEY-----`);
interface Seen {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** WeChat Pay's side, said by hand: it answers what a test tells it to, signed by an independent SDK. */
export interface Peer {
  credentials: Record<string, string>;
  requests: Seen[];
  /** What the next requests are answered with, signed. */
  answer(status: number, body: unknown): void;
  /** How downloads are answered from now on, unsigned. */
  download(reply: (response: ServerResponse) => void): void;
  /** Signs any callback body, with a timestamp in unix seconds. */
  signed(body: string, changes?: { timestamp?: number }): { headers: Record<string, string>; body: Buffer };
  /** A callback as the channel sends it; `changes` are laid over the envelope, `resource` over its resource. */
  notification(
    plain: unknown,
    changes?: { envelope?: object; resource?: object; apiV3Key?: string },
  ): { headers: Record<string, string>; body: Buffer };
  stop(): Promise<void>;
}

/** A paid transaction in the channel's words. */
export function paidTransaction(changes: object = {}) {
  return {
    ...ACCOUNT,
    out_trade_no: "T20260115A001",
    transaction_id: "4200000000202601150000000001",
    trade_type: "NATIVE",
    trade_state: "SUCCESS",
    trade_state_desc: "支付成功",
    success_time: "2026-01-15T10:02:03+08:00",
    amount: { total: 1250, payer_total: 1200, currency: "CNY", payer_currency: "CNY" },
    ...changes,
  };
}

/** A charge of a scene with the facts of the paid transaction. */
export function orderOf(input: SceneInput): ChargeRequest {
  const createdAt = Date.parse("2026-01-15T02:00:00.500Z");
  return {
    ...input,
    attemptNo: paidTransaction().out_trade_no,
    amount: 1250,
    subject: "咖啡🎉",
    createdAt,
    expiresAt: createdAt + 900_000,
    notifyUrl: "https://pay.example.com/callbacks/wechatpay/A1",
  };
}

export async function startPeer(): Promise<Peer> {
  const [own, channel] = await Promise.all([rsaKeys(), rsaKeys()]);
  const requests: Seen[] = [];
  let next: { status: number; text: string } = { status: 500, text: "" };
  let download: (response: ServerResponse) => void = (response) => response.writeHead(404).end();

  function signature(body: string, timestamp = Math.floor(Date.now() / 1000)): Record<string, string> {
    const nonce = Formatter.nonce(32);
    return {
      "wechatpay-timestamp": String(timestamp),
      "wechatpay-nonce": nonce,
      "wechatpay-serial": PUBLIC_KEY_ID,
      "wechatpay-signature": Rsa.sign(Formatter.response(String(timestamp), nonce, body), channel.privateKey),
    };
  }

  const server = createServer(async (request, reply) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = "", url: path = "", headers } = request;
    requests.push({ method, path, headers, body: Buffer.concat(chunks).toString() });
    if (path.startsWith("/v3/billdownload/")) download(reply);
    else reply.writeHead(next.status, next.status < 300 ? signature(next.text) : {}).end(next.text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the peer has no port");

  const signed: Peer["signed"] = (body, { timestamp } = {}) => ({
    headers: signature(body, timestamp),
    body: Buffer.from(body),
  });
  return {
    requests,
    credentials: {
      ...ACCOUNT,
      merchantSerialNo: "408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB",
      merchantPrivateKey: pem(own.privateKey),
      apiV3Key: API_V3_KEY,
      publicKeyId: PUBLIC_KEY_ID,
      publicKey: pem(channel.publicKey),
      endpoint: `http://127.0.0.1:${address.port}`,
    },
    answer(status, body) {
      next = { status, text: typeof body === "string" ? body : JSON.stringify(body) };
    },
    download: (reply) => {
      download = reply;
    },
    signed,
    notification(plain, { envelope = {}, resource = {}, apiV3Key = API_V3_KEY } = {}) {
      const nonce = "Kj7QIyUiYx1q";
      const ciphertext = Aes.AesGcm.encrypt(JSON.stringify(plain), apiV3Key, nonce, "transaction");
      return signed(
        JSON.stringify({
          id: "EV-2018022511223320873",
          create_time: "2026-01-15T10:02:04+08:00",
          resource_type: "encrypt-resource",
          event_type: "TRANSACTION.SUCCESS",
          summary: "支付成功",
          resource: {
            original_type: "transaction",
            algorithm: "AEAD_AES_256_GCM",
            ciphertext,
            associated_data: "transaction",
            nonce,
            ...resource,
          },
          ...envelope,
        }),
      );
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A connection of ours to such a peer, with credentials newest first and a clock that may be off. */
export function connectTo(
  versions: readonly [Readonly<Record<string, unknown>>, ...Readonly<Record<string, unknown>>[]],
  clock: ChannelRuntime["clock"] = { now: () => Date.now() },
  random: ChannelRuntime["random"] = {
    bytes: (size) => crypto.getRandomValues(new Uint8Array(size)),
    fraction: () => 0.5,
  },
): ChannelConnection {
  const [newest, ...older] = versions;
  const read = wechatpay.readCredentials;
  return wechatpay.connect([read(newest), ...older.map((one) => read(one))], { clock, random, deadlineMs: 1000 });
}

/** A fresh RSA pair; `bits` below 2048 only to see it refused. */
export function rsaKeys(bits = 2048): Promise<{ privateKey: KeyObject; publicKey: KeyObject }> {
  return generateKeys("rsa", { modulusLength: bits });
}

export function pem(key: KeyObject): string {
  return String(key.export({ format: "pem", type: key.type === "private" ? "pkcs8" : "spki" }));
}
