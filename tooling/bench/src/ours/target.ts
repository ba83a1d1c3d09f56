import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { ChannelParty } from "../channel-party.ts";
import type { SeededOrder } from "../seeded-order.ts";
import type { Target } from "../target.ts";
import { startApiProcess } from "./api-process.ts";
import { auditBooks, countEffects, isQuiet, lastEffect } from "./audit.ts";
import { openContext } from "./context.ts";
import { type OpenedShop, openShop } from "./open-shop.ts";
import { seedPayments } from "./seed.ts";

const QUIET_TIMEOUT_MS = 120_000;
const POLL_MS = 100;

/** Prepares the books of our api and starts it as a process of its own. */
export async function startOurs(input: {
  databaseUrl: string;
  redisUrl: string;
  party: ChannelParty;
  channelUrl: string;
  logPath: string;
  profileDir: string | undefined;
}): Promise<Target & { shop: OpenedShop }> {
  const { databaseUrl, redisUrl, party, channelUrl, logPath, profileDir } = input;
  const masterKey = { id: "bench", key: randomBytes(32).toString("base64") };
  const ctx = await openContext({ databaseUrl, masterKey });
  const shop = await openShop(ctx, { party, channelUrl });
  const env = {
    PAYHUB_HOST: "127.0.0.1",
    PAYHUB_PORT: "0",
    PAYHUB_DATABASE_URL: databaseUrl,
    PAYHUB_REDIS_URL: redisUrl,
    PAYHUB_MASTER_KEYS: `${masterKey.id}:${masterKey.key}`,
    PAYHUB_PUBLIC_URL: ctx.settings.publicUrl,
  };
  const api = await startApiProcess({ env, logPath, profileDir });
  let paid: SeededOrder[] = [];
  return {
    name: "ours",
    url: api.url,
    pid: api.pid,
    shop,
    seed: (orders) => seedPayments(ctx, shop, orders),
    lastEffect: (bench) => lastEffect(ctx, bench),
    countEffects: (bench, afterRow) => countEffects(ctx, { bench, afterRow }),
    async quiet() {
      const until = performance.now() + QUIET_TIMEOUT_MS;
      while (!(await isQuiet(ctx))) {
        if (performance.now() > until) throw new Error("our api does not finish its work");
        await sleep(POLL_MS);
      }
    },
    audit(newlyPaid) {
      paid = paid.concat(newlyPaid);
      return auditBooks(ctx, paid);
    },
    async stop() {
      await api.stop();
      await ctx.coordination.close();
      await ctx.store.close();
    },
  };
}
