import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { findExecutable } from "./find-executable.ts";
import { freePort } from "./free-port.ts";
import { runCommand } from "./run-command.ts";
import { type ServerProcess, startServerProcess } from "./server-process.ts";
import { mysqlProbe, waitUntilAnswers } from "./wait-until-answers.ts";

const installTimeoutMs = 60_000;
const startTimeoutMs = 60_000;

/** The account that Debian's package makes: mariadbd refuses to run as root. */
const serverUser = "mysql";

/** Starts a private MariaDB below `directory`; root has no password. `durable` keeps the redo log synced at every commit. */
export async function startMysql(options: {
  mariadbd: string;
  directory: string;
  durable: boolean;
}): Promise<{ url: string; server: ServerProcess }> {
  const { mariadbd, directory, durable } = options;
  const runAs = process.getuid?.() === 0 ? serverUser : undefined;
  const home = join(directory, "mysql");
  mkdirSync(home);
  if (runAs) execFileSync("chown", [`${runAs}:${runAs}`, home]);
  await installDatabase({ home, runAs });
  const port = await freePort();
  const server = startServerProcess({
    command: mariadbd,
    args: serverArgs({ home, port, durable }),
    runAs,
    logPath: join(directory, "mysql.log"),
  });
  await waitUntilAnswers(mysqlProbe(port), { timeoutMs: startTimeoutMs, gone: server.gone }).catch((error: unknown) => {
    server.kill();
    throw new Error(`mariadbd did not start:\n${server.logTail()}`, { cause: error });
  });
  return { url: `mysql://root@127.0.0.1:${port}`, server };
}

async function installDatabase({ home, runAs }: { home: string; runAs: string | undefined }): Promise<void> {
  const command = findExecutable(["mariadb-install-db"]);
  if (!command) throw new Error("mariadb-install-db is not installed: install mariadb-server, or set PAYHUB_MYSQL_URL");
  const user = runAs ? [`--user=${runAs}`] : [];
  const places = [`--datadir=${join(home, "data")}`, `--tmpdir=${home}`];
  const args = ["--no-defaults", ...user, ...places, "--auth-root-authentication-method=normal", "--skip-test-db"];
  await runCommand({ command, args, env: { ...process.env, TMPDIR: home }, timeoutMs: installTimeoutMs });
}

function serverArgs({ home, port, durable }: { home: string; port: number; durable: boolean }): string[] {
  return [
    "--no-defaults",
    `--datadir=${join(home, "data")}`,
    `--tmpdir=${home}`,
    `--socket=${join(home, "server.sock")}`,
    `--pid-file=${join(home, "server.pid")}`,
    `--port=${port}`,
    "--bind-address=127.0.0.1",
    "--character-set-server=utf8mb4",
    "--max-connections=500",
    "--innodb-buffer-pool-size=512M",
    `--innodb-flush-log-at-trx-commit=${durable ? 1 : 2}`,
  ];
}
