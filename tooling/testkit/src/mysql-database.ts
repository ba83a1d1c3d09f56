import { randomBytes } from "node:crypto";
import { createConnection } from "mysql2/promise";

/** A new empty database on a MySQL server. */
export interface MysqlDatabase {
  url: string;
  drop(): Promise<void>;
}

/** Makes a database with a name of its own. */
export async function createMysqlDatabase(serverUrl: string): Promise<MysqlDatabase> {
  const name = `payhub_test_${randomBytes(6).toString("hex")}`;
  await run(serverUrl, `create database \`${name}\``);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => run(serverUrl, `drop database \`${name}\``) };
}

async function run(serverUrl: string, statement: string): Promise<void> {
  const url = new URL(serverUrl);
  url.pathname = "/";
  const connection = await createConnection(url.href);
  try {
    await connection.query(statement);
  } finally {
    await connection.end();
  }
}
