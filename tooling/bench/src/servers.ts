import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { startServices } from "@payhub/dev-services";
import { Redis } from "ioredis";
import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";

/** A MySQL with two databases of its own, and a Redis. */
export interface Servers {
  databaseUrls: { floor: string; ours: string };
  redisUrl: string;
  pids: { mysql: number; redis: number };
  /** How many statements and commands the servers were sent so far. */
  traffic(): Promise<{ sql: number; redis: number }>;
  stop(): Promise<void>;
}

interface StatusRow extends RowDataPacket {
  Value: string;
}

interface SettingsRow extends RowDataPacket {
  flush: number;
  pidFile: string;
}

/** Starts or finds the servers; says when a MySQL that was given does not make each commit durable. */
export async function openServers(log: (line: string) => void): Promise<Servers> {
  const services = await startServices({ env: process.env, durable: true, log });
  const mysql = await createConnection({ uri: services.mysqlUrl });
  const [rows] = await mysql.query<SettingsRow[]>(
    "select @@innodb_flush_log_at_trx_commit as flush, concat(if(left(@@pid_file, 1) = '/', '', @@datadir), @@pid_file) as pidFile",
  );
  if (rows[0]?.flush !== 1) log("MySQL runs with innodb_flush_log_at_trx_commit other than 1: too fast to be true");
  const prefix = `payhub_bench_${randomBytes(4).toString("hex")}`;
  const names = { floor: `${prefix}_floor`, ours: `${prefix}_ours` };
  for (const name of Object.values(names)) await mysql.query(`create database ${name} character set utf8mb4`);
  const redis = new Redis(services.redisUrl);
  const urlOf = (name: string) => Object.assign(new URL(services.mysqlUrl), { pathname: `/${name}` }).href;
  return {
    databaseUrls: { floor: urlOf(names.floor), ours: urlOf(names.ours) },
    redisUrl: services.redisUrl,
    pids: { mysql: readPid(rows[0]?.pidFile ?? ""), redis: numberIn(await redis.info("server"), "process_id") },
    async traffic() {
      const [status] = await mysql.query<StatusRow[]>("show global status like 'Questions'");
      return { sql: Number(status[0]?.Value), redis: numberIn(await redis.info("stats"), "total_commands_processed") };
    },
    async stop() {
      redis.disconnect();
      await dropAll(mysql, Object.values(names));
      await mysql.end();
      await services.stop();
    },
  };
}

async function dropAll(mysql: Connection, names: readonly string[]): Promise<void> {
  for (const name of names) await mysql.query(`drop database ${name}`);
}

/** 0 when the server runs elsewhere. */
function readPid(path: string): number {
  try {
    return Number(readFileSync(path, "utf8"));
  } catch {
    return 0;
  }
}

/** A number in Redis's `name:value` lines. */
function numberIn(info: string, name: string): number {
  return Number(new RegExp(`^${name}:(\\d+)`, "m").exec(info)?.[1] ?? 0);
}
