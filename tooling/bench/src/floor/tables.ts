import { createPool, type Pool } from "mysql2/promise";

const CONNECTIONS = 32;

const TABLES = [
  `create table payment (
    row_no bigint unsigned not null auto_increment primary key,
    attempt_no varchar(32) not null,
    app_id varchar(32) not null,
    order_no varchar(64) not null,
    amount bigint not null,
    subject varchar(127) not null,
    status varchar(32) not null,
    code_url varchar(512) null,
    channel_trade_no varchar(64) null,
    created_at bigint not null,
    updated_at bigint not null,
    unique payment_attempt (attempt_no),
    unique payment_app_order (app_id, order_no)
  ) default character set utf8mb4 collate utf8mb4_bin engine = InnoDB`,
  `create table outbox (
    row_no bigint unsigned not null auto_increment primary key,
    attempt_no varchar(32) not null,
    type varchar(32) not null,
    data json not null,
    created_at bigint not null
  ) default character set utf8mb4 collate utf8mb4_bin engine = InnoDB`,
];

/** Opens the floor's database, with a connection for each client. */
export function openFloorDatabase(url: string): Pool {
  return createPool({ uri: url, connectionLimit: CONNECTIONS, charset: "utf8mb4_bin" });
}

/** Makes the floor's two tables. */
export async function createFloorTables(db: Pool): Promise<void> {
  for (const table of TABLES) await db.query(table);
}
