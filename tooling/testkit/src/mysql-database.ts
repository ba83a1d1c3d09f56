import { randomBytes } from "node:crypto";
import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";

/** A new database on a MySQL server. */
export interface MysqlDatabase {
  url: string;
  drop(): Promise<void>;
}

/** Makes an empty database with a name of its own. */
export async function createMysqlDatabase(serverUrl: string): Promise<MysqlDatabase> {
  const name = `payhub_test_${randomBytes(6).toString("hex")}`;
  await run(serverUrl, (server) => server.query(`create database \`${name}\``));
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => run(serverUrl, (server) => server.query(`drop database \`${name}\``)) };
}

/** Makes a database with the tables and rows of another. */
export async function copyMysqlDatabase(databaseUrl: string): Promise<MysqlDatabase> {
  const copy = await createMysqlDatabase(databaseUrl);
  const from = nameOf(databaseUrl);
  const to = nameOf(copy.url);
  await run(databaseUrl, async (server) => {
    const [tables] = await server.query<(RowDataPacket & { name: string })[]>(
      "select table_name as name from information_schema.tables where table_schema = ?",
      [from],
    );
    for (const { name } of tables) {
      await server.query(`create table \`${to}\`.\`${name}\` like \`${from}\`.\`${name}\``);
      await server.query(`insert into \`${to}\`.\`${name}\` select * from \`${from}\`.\`${name}\``);
    }
  });
  return copy;
}

function nameOf(databaseUrl: string): string {
  return new URL(databaseUrl).pathname.slice(1);
}

async function run(serverUrl: string, work: (server: Connection) => Promise<unknown>): Promise<void> {
  const url = new URL(serverUrl);
  url.pathname = "/";
  const connection = await createConnection(url.href);
  try {
    await work(connection);
  } finally {
    await connection.end();
  }
}
