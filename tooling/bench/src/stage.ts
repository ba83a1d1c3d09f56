import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ChannelParty, createChannelParty } from "./channel-party.ts";
import { startFloor } from "./floor/target.ts";
import type { LoadVerbs } from "./load/main.ts";
import type { OpenedShop } from "./ours/open-shop.ts";
import { startOurs } from "./ours/target.ts";
import { startWorker, type Worker } from "./process/worker.ts";
import { openServers, type Servers } from "./servers.ts";
import type { StubVerbs } from "./stub/main.ts";
import type { Target } from "./target.ts";

/** Everything that runs: both programs, the channel, the load generator, the servers. */
export interface Stage {
  party: ChannelParty;
  shop: OpenedShop;
  targets: readonly Target[];
  stub: Worker<StubVerbs>;
  load: Worker<LoadVerbs>;
  /** The processes that both programs share, by name. */
  pids: Readonly<Record<string, number>>;
  traffic: Servers["traffic"];
  stop(): Promise<void>;
}

/** Starts everything; what was started ends again when one part fails. */
export async function openStage(options: {
  profileDir: string | undefined;
  log: (line: string) => void;
}): Promise<Stage> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    return { ...(await open(options, stops)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function open(
  { profileDir, log }: { profileDir: string | undefined; log: (line: string) => void },
  stops: (() => Promise<unknown>)[],
): Promise<Omit<Stage, "stop">> {
  const servers = await openServers(log);
  stops.push(servers.stop);
  const directory = mkdtempSync(join(tmpdir(), "payhub-bench-"));
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
  const party = await createChannelParty();
  const stub = await startWorker<StubVerbs>(new URL("./stub/main.ts", import.meta.url));
  stops.push(stub.stop);
  const load = await startWorker<LoadVerbs>(new URL("./load/main.ts", import.meta.url));
  stops.push(load.stop);
  const { url: channelUrl } = await stub.ask("start", party);
  const common = { redisUrl: servers.redisUrl, party, channelUrl };
  const floor = await startFloor({ ...common, databaseUrl: servers.databaseUrls.floor });
  stops.push(floor.stop);
  const logPath = join(directory, "api.log");
  const ours = await startOurs({ ...common, databaseUrl: servers.databaseUrls.ours, logPath, profileDir });
  stops.push(ours.stop);
  const pids = { ...servers.pids, stub: stub.pid, load: load.pid };
  return { party, shop: ours.shop, targets: [floor, ours], stub, load, pids, traffic: servers.traffic };
}
