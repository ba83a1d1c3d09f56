import { Migration } from "@mikro-orm/migrations";

export class Migration20261121165633_initial extends Migration {
  override name = "Migration20261121165633_initial";

  override up(): void | Promise<void> {
    this.addSql(
      `create table \`account_credential\` (\`row_no\` integer not null primary key autoincrement, \`account_no\` text not null, \`version\` integer not null, \`sealed\` text not null, \`status\` text not null, \`created_at\` bigint not null, \`updated_at\` bigint not null);`,
    );
    this.addSql(
      `create unique index \`account_credential_version\` on \`account_credential\` (\`account_no\`, \`version\`);`,
    );

    this.addSql(
      `create table \`app\` (\`row_no\` integer not null primary key autoincrement, \`app_id\` text not null, \`name\` text not null, \`status\` text not null, \`initiation_gap_ms\` integer not null, \`calls_per_second\` integer not null, \`created_at\` bigint not null, \`updated_at\` bigint not null);`,
    );
    this.addSql(`create unique index \`app_app_id\` on \`app\` (\`app_id\`);`);

    this.addSql(
      `create table \`app_grant\` (\`row_no\` integer not null primary key autoincrement, \`app_id\` text not null, \`account_no\` text not null, \`created_at\` bigint not null, \`updated_at\` bigint not null);`,
    );
    this.addSql(`create unique index \`app_grant_app_account\` on \`app_grant\` (\`app_id\`, \`account_no\`);`);

    this.addSql(
      `create table \`app_secret\` (\`row_no\` integer not null primary key autoincrement, \`app_id\` text not null, \`version\` integer not null, \`sealed\` text not null, \`status\` text not null, \`created_at\` bigint not null, \`updated_at\` bigint not null);`,
    );
    this.addSql(`create unique index \`app_secret_version\` on \`app_secret\` (\`app_id\`, \`version\`);`);

    this.addSql(
      `create table \`attempt\` (\`row_no\` integer not null primary key autoincrement, \`attempt_no\` text not null, \`payment_no\` text not null, \`app_id\` text not null, \`ordinal\` integer not null, \`account_no\` text not null, \`channel\` text not null, \`scene\` text not null, \`scene_input\` json null, \`charged_amount\` bigint not null, \`state\` text not null, \`unknown\` integer not null, \`action\` json null, \`channel_trade_no\` text null, \`notify_url\` text not null, \`idempotency_key\` text not null, \`request_digest\` json not null, \`called_until\` bigint not null, \`query_count\` integer not null, \`next_query_at\` bigint null, \`failure_code\` text null, \`failure_message\` text null, \`expires_at\` bigint not null, \`paid_at\` bigint null, \`created_at\` bigint not null, \`updated_at\` bigint not null);`,
    );
    this.addSql(`create index \`attempt_next_query\` on \`attempt\` (\`next_query_at\`);`);
    this.addSql(`create index \`attempt_account_created\` on \`attempt\` (\`account_no\`, \`created_at\`);`);
    this.addSql(`create unique index \`attempt_attempt_no\` on \`attempt\` (\`attempt_no\`);`);
    this.addSql(`create unique index \`attempt_payment_ordinal\` on \`attempt\` (\`payment_no\`, \`ordinal\`);`);
    this.addSql(
      `create unique index \`attempt_app_idempotency_key\` on \`attempt\` (\`app_id\`, \`idempotency_key\`);`,
    );
    this.addSql(`create unique index \`attempt_channel_trade_no\` on \`attempt\` (\`channel\`, \`channel_trade_no\`);`);

    this.addSql(
      `create table \`channel_account\` (\`row_no\` integer not null primary key autoincrement, \`account_no\` text not null, \`merchant_no\` text not null, \`channel\` text not null, \`name\` text not null, \`status\` text not null, \`created_at\` bigint not null, \`updated_at\` bigint not null);`,
    );
    this.addSql(`create index \`channel_account_merchant\` on \`channel_account\` (\`merchant_no\`);`);
    this.addSql(`create unique index \`channel_account_account_no\` on \`channel_account\` (\`account_no\`);`);

    this.addSql(
      `create table \`delivery\` (\`row_no\` integer not null primary key autoincrement, \`app_id\` text not null, \`position\` bigint not null, \`event_id\` text not null, \`payment_no\` text not null, \`status\` text not null, \`lease_token\` text null, \`leased_until\` bigint not null, \`delivery_count\` integer not null, \`acknowledged_at\` bigint null, \`created_at\` bigint not null, \`updated_at\` bigint not null);`,
    );
    this.addSql(`create index \`delivery_app_status\` on \`delivery\` (\`app_id\`, \`status\`, \`position\`);`);
    this.addSql(`create index \`delivery_app_payment\` on \`delivery\` (\`app_id\`, \`payment_no\`, \`position\`);`);
    this.addSql(`create index \`delivery_app_event\` on \`delivery\` (\`app_id\`, \`event_id\`);`);
    this.addSql(`create unique index \`delivery_app_position\` on \`delivery\` (\`app_id\`, \`position\`);`);

    this.addSql(
      `create table \`event\` (\`row_no\` integer not null primary key autoincrement, \`position\` bigint null, \`event_id\` text not null, \`type\` text not null, \`app_id\` text not null, \`payment_no\` text not null, \`sequence\` integer not null, \`occurred_at\` bigint not null, \`data\` json not null, \`created_at\` bigint not null, \`updated_at\` bigint not null);`,
    );
    this.addSql(`create index \`event_app_position\` on \`event\` (\`app_id\`, \`position\`);`);
    this.addSql(`create unique index \`event_event_id\` on \`event\` (\`event_id\`);`);
    this.addSql(`create unique index \`event_payment_sequence\` on \`event\` (\`payment_no\`, \`sequence\`);`);
    this.addSql(`create unique index \`event_position\` on \`event\` (\`position\`);`);

    this.addSql(
      `create table \`held_receipt\` (\`row_no\` integer not null primary key autoincrement, \`held_receipt_no\` text not null, \`channel\` text not null, \`account_no\` text not null, \`out_trade_no\` text not null, \`channel_trade_no\` text not null, \`amount\` bigint not null, \`reason\` text not null, \`status\` text not null, \`refund_no\` text null, \`app_id\` text null, \`payment_no\` text null, \`paid_at\` bigint not null, \`created_at\` bigint not null, \`updated_at\` bigint not null);`,
    );
    this.addSql(`create index \`held_receipt_payment\` on \`held_receipt\` (\`payment_no\`);`);
    this.addSql(`create index \`held_receipt_status\` on \`held_receipt\` (\`status\`, \`created_at\`);`);
    this.addSql(`create unique index \`held_receipt_held_receipt_no\` on \`held_receipt\` (\`held_receipt_no\`);`);
    this.addSql(
      `create unique index \`held_receipt_channel_trade_no\` on \`held_receipt\` (\`channel\`, \`channel_trade_no\`);`,
    );

    this.addSql(
      `create table \`inbox\` (\`row_no\` integer not null primary key autoincrement, \`channel\` text not null, \`notification_id\` text not null, \`account_no\` text not null, \`receipt\` json null, \`refund\` json null, \`raw_body\` mediumtext not null, \`state\` text not null, \`claimed_until\` bigint not null, \`received_at\` bigint not null, \`applied_at\` bigint null, \`created_at\` bigint not null, \`updated_at\` bigint not null);`,
    );
    this.addSql(`create index \`inbox_state\` on \`inbox\` (\`state\`, \`row_no\`);`);
    this.addSql(`create unique index \`inbox_notification\` on \`inbox\` (\`channel\`, \`notification_id\`);`);

    this.addSql(
      `create table \`job_lease\` (\`job\` text not null primary key, \`holder\` text not null, \`leased_until\` bigint not null, \`created_at\` bigint not null, \`updated_at\` bigint not null);`,
    );

    this.addSql(
      `create table \`merchant\` (\`row_no\` integer not null primary key autoincrement, \`merchant_no\` text not null, \`name\` text not null, \`created_at\` bigint not null, \`updated_at\` bigint not null);`,
    );
    this.addSql(`create unique index \`merchant_merchant_no\` on \`merchant\` (\`merchant_no\`);`);

    this.addSql(
      `create table \`payment\` (\`row_no\` integer not null primary key autoincrement, \`payment_no\` text not null, \`app_id\` text not null, \`merchant_no\` text not null, \`order_no\` text not null, \`subject\` text not null, \`amount\` bigint not null, \`charged_amount\` bigint not null, \`one_cent\` integer not null, \`currency\` text not null, \`status\` text not null, \`settled_by\` text null, \`close_requested_at\` bigint null, \`last_sequence\` integer not null, \`refunded_amount\` bigint not null, \`initiated_at\` bigint not null, \`expires_at\` bigint not null, \`paid_at\` bigint null, \`closed_at\` bigint null, \`created_at\` bigint not null, \`updated_at\` bigint not null);`,
    );
    this.addSql(`create index \`payment_expiry\` on \`payment\` (\`status\`, \`expires_at\`);`);
    this.addSql(`create index \`payment_app_status\` on \`payment\` (\`app_id\`, \`status\`, \`row_no\`);`);
    this.addSql(`create unique index \`payment_payment_no\` on \`payment\` (\`payment_no\`);`);
    this.addSql(`create unique index \`payment_app_order\` on \`payment\` (\`app_id\`, \`order_no\`);`);

    this.addSql(
      `create table \`refund\` (\`row_no\` integer not null primary key autoincrement, \`refund_no\` text not null, \`purpose\` text not null, \`app_id\` text not null, \`merchant_no\` text not null, \`payment_no\` text not null, \`attempt_no\` text not null, \`account_no\` text not null, \`channel\` text not null, \`refund_order_no\` text not null, \`amount\` bigint not null, \`charged_amount\` bigint not null, \`reason\` text not null, \`status\` text not null, \`unknown\` integer not null, \`abnormal\` integer not null, \`channel_refund_no\` text null, \`notify_url\` text not null, \`idempotency_key\` text not null, \`request_digest\` json not null, \`called_until\` bigint not null, \`sent_at\` bigint null, \`query_count\` integer not null, \`next_query_at\` bigint null, \`failure_code\` text null, \`failure_message\` text null, \`succeeded_at\` bigint null, \`created_at\` bigint not null, \`updated_at\` bigint not null);`,
    );
    this.addSql(`create index \`refund_payment\` on \`refund\` (\`payment_no\`, \`created_at\`);`);
    this.addSql(`create index \`refund_next_query\` on \`refund\` (\`next_query_at\`);`);
    this.addSql(`create index \`refund_account_created\` on \`refund\` (\`account_no\`, \`created_at\`);`);
    this.addSql(`create unique index \`refund_refund_no\` on \`refund\` (\`refund_no\`);`);
    this.addSql(`create unique index \`refund_app_order\` on \`refund\` (\`app_id\`, \`refund_order_no\`);`);
    this.addSql(`create unique index \`refund_app_idempotency_key\` on \`refund\` (\`app_id\`, \`idempotency_key\`);`);
    this.addSql(`create unique index \`refund_channel_refund_no\` on \`refund\` (\`channel\`, \`channel_refund_no\`);`);

    this.addSql(
      `create table \`sequencer\` (\`name\` text not null primary key, \`value\` bigint not null, \`created_at\` bigint not null, \`updated_at\` bigint not null);`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists \`account_credential\`;`);
    this.addSql(`drop table if exists \`app\`;`);
    this.addSql(`drop table if exists \`app_grant\`;`);
    this.addSql(`drop table if exists \`app_secret\`;`);
    this.addSql(`drop table if exists \`attempt\`;`);
    this.addSql(`drop table if exists \`channel_account\`;`);
    this.addSql(`drop table if exists \`delivery\`;`);
    this.addSql(`drop table if exists \`event\`;`);
    this.addSql(`drop table if exists \`held_receipt\`;`);
    this.addSql(`drop table if exists \`inbox\`;`);
    this.addSql(`drop table if exists \`job_lease\`;`);
    this.addSql(`drop table if exists \`merchant\`;`);
    this.addSql(`drop table if exists \`payment\`;`);
    this.addSql(`drop table if exists \`refund\`;`);
    this.addSql(`drop table if exists \`sequencer\`;`);
  }
}
