import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addDays, businessDay } from "@payhub/domain";
import type { ServiceContext } from "@payhub/services";
import { type ChannelParty, createChannelParty } from "../channel-party.ts";
import { openContext } from "../ours/context.ts";
import { type OpenedShop, openShop } from "../ours/open-shop.ts";
import { startWorker, type Worker } from "../process/worker.ts";
import { openServers } from "../servers.ts";
import type { ChannelVerbs } from "./channel/main.ts";
import { type DayPlan, FEE_RATE, planDay } from "./plan.ts";

/** What all runs share: the servers, the channel, a merchant's books, and a planned day. */
export interface DayStage {
  databaseUrl: string;
  masterKey: { id: string; key: string };
  ctx: ServiceContext;
  shop: OpenedShop;
  party: ChannelParty;
  channel: Worker<ChannelVerbs>;
  /** Yesterday. */
  businessDay: string;
  plan: DayPlan;
  /** For bills and other files. */
  directory: string;
}

/** Starts everything, gives it to `work`, and ends it on every way out. */
export async function onDayStage<Result>(
  { maxLines, log }: { maxLines: number; log: (line: string) => void },
  work: (stage: DayStage) => Promise<Result>,
): Promise<Result> {
  await using ends = new AsyncDisposableStack();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => ends.disposeAsync().finally(() => process.exit(1)));
  }
  const servers = await openServers(log);
  ends.defer(servers.stop);
  const directory = mkdtempSync(join(tmpdir(), "payhub-bench-"));
  ends.defer(() => rmSync(directory, { recursive: true, force: true }));
  const party = await createChannelParty();
  const channel = await startWorker<ChannelVerbs>(new URL("./channel/main.ts", import.meta.url));
  ends.defer(channel.stop);
  const { url: channelUrl } = await channel.ask("start", party);
  const databaseUrl = servers.databaseUrls.ours;
  const masterKey = { id: "bench", key: randomBytes(32).toString("base64") };
  const ctx = await openContext({ databaseUrl, masterKey });
  ends.defer(async () => {
    await ctx.coordination.close();
    await ctx.store.close();
  });
  const shop = await openShop(ctx, { party, channelUrl, feeRate: FEE_RATE });
  const day = addDays(businessDay(ctx.clock.now()), -1);
  const plan = planDay(day, maxLines);
  return await work({ databaseUrl, masterKey, ctx, shop, party, channel, businessDay: day, plan, directory });
}
