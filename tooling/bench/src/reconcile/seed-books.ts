import { createHash } from "node:crypto";
import { type Connection, createConnection } from "mysql2/promise";
import type { OpenedShop } from "../ours/open-shop.ts";
import type { DayPlan, PlannedOrder } from "./plan.ts";

const ROWS = 2_000;
const LIFE_MS = 24 * 60 * 60_000;
const NOTIFY_URL = "https://pay.example.com/callbacks/wechatpay/";

/** Stores the payments `from` to before `to` of a plan, each with the attempt that paid it, as the api leaves them. */
export async function seedBooks(
  plan: DayPlan,
  { databaseUrl, shop, from, to }: { databaseUrl: string; shop: OpenedShop; from: number; to: number },
): Promise<void> {
  const db = await createConnection({ uri: databaseUrl, charset: "utf8mb4_bin" });
  try {
    // No row is written twice, which the numbers say already.
    await db.query("set session unique_checks = 0, foreign_key_checks = 0");
    for (let first = from; first < to; first += ROWS) {
      const orders = Array.from({ length: Math.min(ROWS, to - first) }, (_, at) => plan.order(first + at));
      await insertOrders(db, shop, orders);
    }
    await db.query("analyze table payment, attempt");
  } finally {
    await db.end();
  }
}

async function insertOrders(db: Connection, shop: OpenedShop, orders: readonly PlannedOrder[]): Promise<void> {
  await db.query("start transaction");
  await db.query(`insert into payment (payment_no, app_id, merchant_no, order_no, subject, amount, charged_amount, one_cent,
    currency, status, settled_by, close_requested_at, last_sequence, refunded_amount, initiated_at, expires_at, paid_at, closed_at,
    created_at, updated_at) values ${orders.map((order) => paymentRow(shop, order)).join()}`);
  await db.query(`insert into attempt (attempt_no, payment_no, app_id, ordinal, account_no, channel, scene, scene_input,
    charged_amount, state, \`unknown\`, action, channel_trade_no, notify_url, idempotency_key, request_digest, called_until, query_count,
    next_query_at, failure_code, failure_message, expires_at, paid_at, created_at, updated_at)
    values ${orders.map((order) => attemptRow(shop, order)).join()}`);
  await db.query("commit");
}

function paymentNoOf(attemptNo: string): string {
  return `P${attemptNo.slice(1)}`;
}

function paymentRow({ appId, merchantNo }: OpenedShop, order: PlannedOrder): string {
  const { attemptNo, amount, chargedAmount, createdAt, paidAt } = order;
  const oneCent = chargedAmount === amount ? 0 : 1;
  return `('${paymentNoOf(attemptNo)}', '${appId}', '${merchantNo}', 'order-${attemptNo}', '两杯咖啡', ${amount}, ${chargedAmount}, ${oneCent},
    'CNY', 'succeeded', '${attemptNo}', null, 2, 0, ${createdAt}, ${createdAt + LIFE_MS}, ${paidAt}, null, ${createdAt}, ${paidAt})`;
}

function attemptRow({ appId, accountNo }: OpenedShop, order: PlannedOrder): string {
  const { attemptNo, channelTradeNo, chargedAmount, createdAt, paidAt } = order;
  const action = `{"type":"show_qr","codeUrl":"weixin://wxpay/bizpayurl?pr=${attemptNo.slice(-9)}","expiresAt":${createdAt + LIFE_MS}}`;
  return `('${attemptNo}', '${paymentNoOf(attemptNo)}', '${appId}', 1, '${accountNo}', 'wechatpay', 'qr', '{"scene":"qr"}',
    ${chargedAmount}, 'succeeded', 0, '${action}', '${channelTradeNo}', '${NOTIFY_URL}${accountNo}', '${attemptNo}', '${DIGEST}', 0, 0,
    null, null, null, ${createdAt + LIFE_MS}, ${paidAt}, ${createdAt}, ${paidAt})`;
}

const DIGEST = JSON.stringify({ payments: createHash("sha256").update("request").digest("base64url") });
