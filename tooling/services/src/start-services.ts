import { chmodSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cleanUpAtExit } from "./clean-up-at-exit.ts";
import { ensureExecutables, type Requirement } from "./ensure-executables.ts";
import type { ServerProcess } from "./server-process.ts";
import { startMysql } from "./start-mysql.ts";
import { startRedis } from "./start-redis.ts";

const mariadb: Requirement = {
  names: ["mariadbd"],
  packages: ["mariadb-server"],
  otherwise: "set PAYHUB_MYSQL_URL",
};
const redis: Requirement = {
  names: ["redis-server"],
  packages: ["redis-server"],
  otherwise: "set PAYHUB_REDIS_URL",
};

/** Where MySQL (`mysql://root@127.0.0.1:port`) and Redis (`redis://127.0.0.1:port`) answer; `stop()` ends those that we started. */
export type Services = { mysqlUrl: string; redisUrl: string; stop: () => Promise<void> };

/**
 * Gives a MySQL and a Redis: the ones named by PAYHUB_MYSQL_URL and PAYHUB_REDIS_URL in `env`, else private ones in a temporary
 * directory, installed with apt-get when missing. `durable: false` trades the sync at each commit for speed. Throws when one cannot be had.
 */
export async function startServices(options: {
  env: NodeJS.ProcessEnv;
  durable: boolean;
  log: (line: string) => void;
}): Promise<Services> {
  const { env, durable, log } = options;
  const given = { mysqlUrl: env.PAYHUB_MYSQL_URL, redisUrl: env.PAYHUB_REDIS_URL };
  const requirements = [...(given.mysqlUrl ? [] : [mariadb]), ...(given.redisUrl ? [] : [redis])];
  const paths = await ensureExecutables(requirements, log);
  const directory = mkdtempSync(join(tmpdir(), "payhub-services-"));
  // The database server runs as another user and has to reach its own directory below this one.
  chmodSync(directory, 0o711);
  const servers: ServerProcess[] = [];
  const stop = cleanUpAtExit({ directory, servers });
  try {
    const mysqlUrl =
      given.mysqlUrl || keep(servers, await startMysql({ mariadbd: paths[0] ?? "", directory, durable }));
    const redisUrl = given.redisUrl || keep(servers, await startRedis({ redisServer: paths.at(-1) ?? "", directory }));
    return { mysqlUrl, redisUrl, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function keep(servers: ServerProcess[], { url, server }: { url: string; server: ServerProcess }): string {
  servers.push(server);
  return url;
}
