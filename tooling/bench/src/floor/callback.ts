import { createDecipheriv, createPublicKey } from "node:crypto";
import type { FastifyInstance } from "fastify";
import type { Pool, RowDataPacket } from "mysql2/promise";
import type { ChannelParty } from "../channel-party.ts";
import { isGenuine } from "./create.ts";

const TAG_BYTES = 16;

const SELECT = "select amount, status from payment where attempt_no = ? for update";
const UPDATE =
  "update payment set status = 'succeeded', channel_trade_no = ?, updated_at = ? where attempt_no = ? and status = 'awaiting_payer'";
const INSERT = "insert into outbox (attempt_no, type, data, created_at) values (?, 'payment.succeeded', ?, ?)";

interface Sealed {
  ciphertext: string;
  nonce: string;
  associated_data: string;
}

interface Transaction {
  mchid: string;
  appid: string;
  out_trade_no: string;
  transaction_id: string;
  trade_state: string;
  amount: { total: number; currency: string };
}

interface PaymentRow extends RowDataPacket {
  amount: number;
  status: string;
}

/** Takes callbacks with nothing but what a callback needs; answers when its effects are committed. */
export function mountCallback(server: FastifyInstance, { db, party }: { db: Pool; party: ChannelParty }): void {
  const publicKey = createPublicKey(party.publicKey);
  const apiV3Key = Buffer.from(party.apiV3Key);
  server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
    scope.post<{ Body: Buffer }>("/callbacks/wechatpay/:accountNo", async (request, reply) => {
      if (!isGenuine(request.headers, request.body, publicKey)) return reply.code(400).send();
      const { resource } = JSON.parse(request.body.toString("utf8")) as { resource: Sealed };
      const transaction = JSON.parse(open(resource, apiV3Key)) as Transaction;
      const { mchid, appid, trade_state: state, amount } = transaction;
      const isOurs = mchid === party.mchid && appid === party.appid && state === "SUCCESS" && amount.currency === "CNY";
      return reply.code(isOurs && (await settle(db, transaction)) ? 204 : 400).send();
    });
  });
}

function open({ ciphertext, nonce, associated_data: associated }: Sealed, key: Buffer): string {
  const bytes = Buffer.from(ciphertext, "base64");
  const split = bytes.length - TAG_BYTES;
  const decipher = createDecipheriv("aes-256-gcm", key, nonce);
  decipher.setAAD(Buffer.from(associated));
  decipher.setAuthTag(bytes.subarray(split));
  return decipher.update(bytes.subarray(0, split), undefined, "utf8") + decipher.final("utf8");
}

async function settle(db: Pool, transaction: Transaction): Promise<boolean> {
  const { out_trade_no: attemptNo, transaction_id: tradeNo, amount } = transaction;
  const connection = await db.getConnection();
  try {
    await connection.query("start transaction");
    const [rows] = await connection.execute<PaymentRow[]>(SELECT, [attemptNo]);
    const agrees = rows[0]?.amount === amount.total && rows[0].status === "awaiting_payer";
    if (agrees) {
      const nowMs = Date.now();
      await connection.execute(UPDATE, [tradeNo, nowMs, attemptNo]);
      await connection.execute(INSERT, [
        attemptNo,
        JSON.stringify({ attemptNo, tradeNo, amount: amount.total }),
        nowMs,
      ]);
    }
    await connection.query("commit");
    return agrees;
  } finally {
    connection.release();
  }
}
