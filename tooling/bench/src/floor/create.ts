import { createPrivateKey, createPublicKey, type KeyObject, randomBytes, sign, verify } from "node:crypto";
import type { FastifyInstance } from "fastify";
import type { Redis } from "ioredis";
import type { Pool } from "mysql2/promise";
import { Pool as HttpPool } from "undici";
import type { ChannelParty } from "../channel-party.ts";

const PATH = "/v3/pay/transactions/native";
const CONNECTIONS = 64;
const LOCK_MS = 30_000;
const KEEP_MS = 24 * 60 * 60_000;
const TOLERANCE_S = 300;

const INSERT = `insert into payment (attempt_no, app_id, order_no, amount, subject, status, created_at, updated_at)
  values (?, ?, ?, ?, ?, 'created', ?, ?)`;
const UPDATE =
  "update payment set status = 'awaiting_payer', code_url = ?, updated_at = ? where attempt_no = ? and status = 'created'";

interface Order {
  idempotencyKey: string;
  orderNo: string;
  amount: number;
  subject: string;
}

interface CreateParts {
  db: Pool;
  redis: Redis;
  party: ChannelParty;
  channelUrl: string;
}

/** Takes orders with nothing but what taking an order needs. */
export function mountCreate(server: FastifyInstance, { db, redis, party, channelUrl }: CreateParts): void {
  const channel = new HttpPool(channelUrl, { connections: CONNECTIONS, pipelining: 1 });
  const privateKey = createPrivateKey(party.merchantPrivateKey);
  const publicKey = createPublicKey(party.publicKey);

  server.post<{ Body: Order }>("/trpc/payments.create", async (request, reply) => {
    const { idempotencyKey, orderNo, amount, subject } = request.body;
    const key = `floor:${idempotencyKey}`;
    if ((await redis.set(key, "running", "PX", LOCK_MS, "NX")) === null) return reply.code(409).send();
    const nowMs = Date.now();
    const attemptNo = `T${nowMs}${randomBytes(9).toString("hex")}`;
    await db.execute(INSERT, [attemptNo, "floor", orderNo, amount, subject, nowMs, nowMs]);
    const body = JSON.stringify({
      appid: party.appid,
      mchid: party.mchid,
      description: subject,
      out_trade_no: attemptNo,
      notify_url: "https://pay.example.com/callbacks/wechatpay/floor",
      amount: { total: amount, currency: "CNY" },
    });
    const answer = await channel.request({
      method: "POST",
      path: PATH,
      headers: {
        accept: "application/json",
        "content-type": "application/json",
        "user-agent": "floor",
        authorization: await authorize(body, privateKey, party),
        "wechatpay-serial": party.publicKeyId,
      },
      body,
    });
    const raw = Buffer.from(await answer.body.arrayBuffer());
    if (answer.statusCode !== 200 || !isGenuine(answer.headers, raw, publicKey)) return reply.code(502).send();
    const { code_url: codeUrl } = JSON.parse(raw.toString("utf8")) as { code_url: string };
    await db.execute(UPDATE, [codeUrl, Date.now(), attemptNo]);
    const text = JSON.stringify({ attemptNo, orderNo, amount, status: "created", codeUrl });
    await redis.set(key, text, "PX", KEEP_MS);
    return reply.type("application/json").send(text);
  });
}

function authorize(body: string, key: KeyObject, { mchid, merchantSerialNo }: ChannelParty): Promise<string> {
  const timestamp = Math.floor(Date.now() / 1_000);
  const nonce = randomBytes(16).toString("hex");
  return new Promise((resolve, reject) => {
    sign("RSA-SHA256", Buffer.from(`POST\n${PATH}\n${timestamp}\n${nonce}\n${body}\n`), key, (error, signature) => {
      if (error) return reject(error);
      resolve(
        `WECHATPAY2-SHA256-RSA2048 mchid="${mchid}",nonce_str="${nonce}",signature="${signature.toString("base64")}",timestamp="${timestamp}",serial_no="${merchantSerialNo}"`,
      );
    });
  });
}

/** Whether the channel signed these bytes in the last five minutes. */
export function isGenuine(
  headers: Record<string, string | string[] | undefined>,
  raw: Buffer,
  publicKey: KeyObject,
): boolean {
  const timestamp = headers["wechatpay-timestamp"];
  if (Math.abs(Date.now() / 1_000 - Number(timestamp)) > TOLERANCE_S) return false;
  const text = Buffer.concat([Buffer.from(`${timestamp}\n${headers["wechatpay-nonce"]}\n`), raw, Buffer.from("\n")]);
  return verify("RSA-SHA256", text, publicKey, Buffer.from(String(headers["wechatpay-signature"]), "base64"));
}
