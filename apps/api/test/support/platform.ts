import { randomBytes } from "node:crypto";
import type { PaymentView } from "@payhub/contract";
import { createLog, openContext } from "@payhub/runtime";
import { createApp, grantAccount, openAccount, openMerchant, type ServiceContext } from "@payhub/services";
import { createWechatpayMerchant, type Simulator, startSimulator } from "@payhub/simulator";
import { createMysqlDatabase, testServices } from "@payhub/testkit";
import type { Signer } from "./call.ts";

/** A migrated database with one merchant, account and app, and the channel that the account is at. */
export interface Platform {
  ctx: ServiceContext;
  simulator: Simulator;
  signer: Signer;
  accountNo: string;
  /** What must never be seen in anything that a process writes. */
  secrets: string[];
  /** The environment of an api process on this platform. */
  env(own?: Record<string, string>): Record<string, string>;
  stop(): Promise<void>;
}

/** Sets the stage on MySQL and Redis. */
export async function startPlatform(): Promise<Platform> {
  const { mysqlUrl, redisUrl } = testServices();
  const database = await createMysqlDatabase(mysqlUrl);
  const masterKey = randomBytes(32).toString("base64");
  const { merchant, credentials } = await createWechatpayMerchant();
  const simulator = await startSimulator({ wechatpay: { merchants: [merchant] } });
  const log = createLog({ app: "api", level: "silent" });
  const options = { databaseUrl: database.url, redisUrl, masterKeys: [{ id: "k1", key: masterKey }] as const };
  const ctx = await openContext({ ...options, publicUrl: "http://127.0.0.1:9", migrate: true }, log);

  const { merchantNo } = await openMerchant(ctx, { name: "示例商户" });
  const { accountNo } = await openAccount(ctx, {
    merchantNo,
    channel: "wechatpay",
    name: "微信",
    credentials: { ...credentials, endpoint: simulator.urls.wechatpay },
  });
  const { app, secret } = await createApp(ctx, { name: "mall" });
  await grantAccount(ctx, { appId: app.appId, accountNo });

  return {
    ctx,
    simulator,
    signer: { appId: app.appId, secret },
    accountNo,
    secrets: [
      secret,
      masterKey,
      credentials.apiV3Key,
      credentials.merchantPrivateKey,
      `:${new URL(database.url).password}@`,
    ],
    env: (own = {}) => ({
      NODE_ENV: "test",
      PAYHUB_HOST: "127.0.0.1",
      PAYHUB_PORT: "0",
      PAYHUB_DATABASE_URL: database.url,
      PAYHUB_REDIS_URL: redisUrl,
      PAYHUB_MASTER_KEYS: `k1:${masterKey}`,
      PAYHUB_PUBLIC_URL: "http://127.0.0.1:9",
      ...own,
    }),
    async stop() {
      await simulator.stop();
      await ctx.coordination.close();
      await ctx.store.close();
      await database.drop();
    },
  };
}

/** The body of a `payments.create` that is right, with what a test wants otherwise. */
export function order({ accountNo }: Pick<Platform, "accountNo">, own: Record<string, unknown> = {}): string {
  const idempotencyKey = randomBytes(12).toString("hex");
  const orderNo = `order-${idempotencyKey}`;
  return JSON.stringify({ idempotencyKey, orderNo, accountNo, scene: "qr", amount: 1288, subject: "一杯咖啡", ...own });
}

/** What the payer scans. */
export function codeUrlOf({ action }: PaymentView): string {
  if (action.type !== "show_qr") throw new Error(`the payer is asked for "${action.type}"`);
  return action.codeUrl;
}
