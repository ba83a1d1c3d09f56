import { Migration } from "@mikro-orm/migrations";

export class Migration20261121165633_initial extends Migration {
  override name = "Migration20261121165633_initial";

  override up(): void | Promise<void> {
    this.addSql(
      `create table \`account_credential\` (\`row_no\` bigint unsigned not null auto_increment primary key, \`account_no\` varchar(32) not null, \`version\` int not null, \`sealed\` text not null, \`status\` varchar(32) not null, \`created_at\` bigint not null, \`updated_at\` bigint not null) default character set utf8mb4 collate utf8mb4_bin engine = InnoDB;`,
    );
    this.addSql(
      `alter table \`account_credential\` add unique \`account_credential_version\` (\`account_no\`, \`version\`);`,
    );

    this.addSql(
      `create table \`app\` (\`row_no\` bigint unsigned not null auto_increment primary key, \`app_id\` varchar(32) not null, \`name\` varchar(127) not null, \`status\` varchar(32) not null, \`initiation_gap_ms\` int not null, \`calls_per_second\` int not null, \`created_at\` bigint not null, \`updated_at\` bigint not null) default character set utf8mb4 collate utf8mb4_bin engine = InnoDB;`,
    );
    this.addSql(`alter table \`app\` add unique \`app_app_id\` (\`app_id\`);`);

    this.addSql(
      `create table \`app_grant\` (\`row_no\` bigint unsigned not null auto_increment primary key, \`app_id\` varchar(32) not null, \`account_no\` varchar(32) not null, \`created_at\` bigint not null, \`updated_at\` bigint not null) default character set utf8mb4 collate utf8mb4_bin engine = InnoDB;`,
    );
    this.addSql(`alter table \`app_grant\` add unique \`app_grant_app_account\` (\`app_id\`, \`account_no\`);`);

    this.addSql(
      `create table \`app_secret\` (\`row_no\` bigint unsigned not null auto_increment primary key, \`app_id\` varchar(32) not null, \`version\` int not null, \`sealed\` text not null, \`status\` varchar(32) not null, \`created_at\` bigint not null, \`updated_at\` bigint not null) default character set utf8mb4 collate utf8mb4_bin engine = InnoDB;`,
    );
    this.addSql(`alter table \`app_secret\` add unique \`app_secret_version\` (\`app_id\`, \`version\`);`);

    this.addSql(
      `create table \`attempt\` (\`row_no\` bigint unsigned not null auto_increment primary key, \`attempt_no\` varchar(32) not null, \`payment_no\` varchar(32) not null, \`app_id\` varchar(32) not null, \`ordinal\` int not null, \`account_no\` varchar(32) not null, \`channel\` varchar(32) not null, \`scene\` varchar(32) not null, \`scene_input\` json null, \`charged_amount\` bigint not null, \`state\` varchar(32) not null, \`unknown\` tinyint(1) not null, \`action\` json null, \`channel_trade_no\` varchar(64) null, \`notify_url\` varchar(255) not null, \`idempotency_key\` varchar(64) not null, \`request_digest\` json not null, \`called_until\` bigint not null, \`query_count\` int not null, \`next_query_at\` bigint null, \`failure_code\` varchar(64) null, \`failure_message\` varchar(255) null, \`expires_at\` bigint not null, \`paid_at\` bigint null, \`created_at\` bigint not null, \`updated_at\` bigint not null) default character set utf8mb4 collate utf8mb4_bin engine = InnoDB;`,
    );
    this.addSql(`alter table \`attempt\` add index \`attempt_next_query\` (\`next_query_at\`);`);
    this.addSql(`alter table \`attempt\` add index \`attempt_account_created\` (\`account_no\`, \`created_at\`);`);
    this.addSql(`alter table \`attempt\` add unique \`attempt_attempt_no\` (\`attempt_no\`);`);
    this.addSql(`alter table \`attempt\` add unique \`attempt_payment_ordinal\` (\`payment_no\`, \`ordinal\`);`);
    this.addSql(
      `alter table \`attempt\` add unique \`attempt_app_idempotency_key\` (\`app_id\`, \`idempotency_key\`);`,
    );
    this.addSql(`alter table \`attempt\` add unique \`attempt_channel_trade_no\` (\`channel\`, \`channel_trade_no\`);`);

    this.addSql(
      `create table \`channel_account\` (\`row_no\` bigint unsigned not null auto_increment primary key, \`account_no\` varchar(32) not null, \`merchant_no\` varchar(32) not null, \`channel\` varchar(32) not null, \`name\` varchar(127) not null, \`status\` varchar(32) not null, \`created_at\` bigint not null, \`updated_at\` bigint not null) default character set utf8mb4 collate utf8mb4_bin engine = InnoDB;`,
    );
    this.addSql(`alter table \`channel_account\` add index \`channel_account_merchant\` (\`merchant_no\`);`);
    this.addSql(`alter table \`channel_account\` add unique \`channel_account_account_no\` (\`account_no\`);`);

    this.addSql(
      `create table \`delivery\` (\`row_no\` bigint unsigned not null auto_increment primary key, \`app_id\` varchar(32) not null, \`position\` bigint not null, \`event_id\` varchar(32) not null, \`payment_no\` varchar(32) not null, \`status\` varchar(32) not null, \`lease_token\` varchar(64) null, \`leased_until\` bigint not null, \`delivery_count\` int not null, \`acknowledged_at\` bigint null, \`created_at\` bigint not null, \`updated_at\` bigint not null) default character set utf8mb4 collate utf8mb4_bin engine = InnoDB;`,
    );
    this.addSql(`alter table \`delivery\` add index \`delivery_app_status\` (\`app_id\`, \`status\`, \`position\`);`);
    this.addSql(
      `alter table \`delivery\` add index \`delivery_app_payment\` (\`app_id\`, \`payment_no\`, \`position\`);`,
    );
    this.addSql(`alter table \`delivery\` add index \`delivery_app_event\` (\`app_id\`, \`event_id\`);`);
    this.addSql(`alter table \`delivery\` add unique \`delivery_app_position\` (\`app_id\`, \`position\`);`);

    this.addSql(
      `create table \`event\` (\`row_no\` bigint unsigned not null auto_increment primary key, \`position\` bigint null, \`event_id\` varchar(32) not null, \`type\` varchar(32) not null, \`app_id\` varchar(32) not null, \`payment_no\` varchar(32) not null, \`sequence\` int not null, \`occurred_at\` bigint not null, \`data\` json not null, \`created_at\` bigint not null, \`updated_at\` bigint not null) default character set utf8mb4 collate utf8mb4_bin engine = InnoDB;`,
    );
    this.addSql(`alter table \`event\` add index \`event_app_position\` (\`app_id\`, \`position\`);`);
    this.addSql(`alter table \`event\` add unique \`event_event_id\` (\`event_id\`);`);
    this.addSql(`alter table \`event\` add unique \`event_payment_sequence\` (\`payment_no\`, \`sequence\`);`);
    this.addSql(`alter table \`event\` add unique \`event_position\` (\`position\`);`);

    this.addSql(
      `create table \`held_receipt\` (\`row_no\` bigint unsigned not null auto_increment primary key, \`held_receipt_no\` varchar(32) not null, \`channel\` varchar(32) not null, \`account_no\` varchar(32) not null, \`out_trade_no\` varchar(64) not null, \`channel_trade_no\` varchar(64) not null, \`amount\` bigint not null, \`reason\` varchar(32) not null, \`status\` varchar(32) not null, \`refund_no\` varchar(32) null, \`app_id\` varchar(32) null, \`payment_no\` varchar(32) null, \`paid_at\` bigint not null, \`created_at\` bigint not null, \`updated_at\` bigint not null) default character set utf8mb4 collate utf8mb4_bin engine = InnoDB;`,
    );
    this.addSql(`alter table \`held_receipt\` add index \`held_receipt_payment\` (\`payment_no\`);`);
    this.addSql(`alter table \`held_receipt\` add index \`held_receipt_status\` (\`status\`, \`created_at\`);`);
    this.addSql(`alter table \`held_receipt\` add unique \`held_receipt_held_receipt_no\` (\`held_receipt_no\`);`);
    this.addSql(
      `alter table \`held_receipt\` add unique \`held_receipt_channel_trade_no\` (\`channel\`, \`channel_trade_no\`);`,
    );

    this.addSql(
      `create table \`inbox\` (\`row_no\` bigint unsigned not null auto_increment primary key, \`channel\` varchar(32) not null, \`notification_id\` varchar(128) not null, \`account_no\` varchar(32) not null, \`receipt\` json null, \`refund\` json null, \`raw_body\` mediumtext not null, \`state\` varchar(32) not null, \`claimed_until\` bigint not null, \`received_at\` bigint not null, \`applied_at\` bigint null, \`created_at\` bigint not null, \`updated_at\` bigint not null) default character set utf8mb4 collate utf8mb4_bin engine = InnoDB;`,
    );
    this.addSql(`alter table \`inbox\` add index \`inbox_state\` (\`state\`, \`row_no\`);`);
    this.addSql(`alter table \`inbox\` add unique \`inbox_notification\` (\`channel\`, \`notification_id\`);`);

    this.addSql(
      `create table \`job_lease\` (\`job\` varchar(64) not null, \`holder\` varchar(64) not null, \`leased_until\` bigint not null, \`created_at\` bigint not null, \`updated_at\` bigint not null, primary key (\`job\`)) default character set utf8mb4 collate utf8mb4_bin engine = InnoDB;`,
    );

    this.addSql(
      `create table \`merchant\` (\`row_no\` bigint unsigned not null auto_increment primary key, \`merchant_no\` varchar(32) not null, \`name\` varchar(127) not null, \`created_at\` bigint not null, \`updated_at\` bigint not null) default character set utf8mb4 collate utf8mb4_bin engine = InnoDB;`,
    );
    this.addSql(`alter table \`merchant\` add unique \`merchant_merchant_no\` (\`merchant_no\`);`);

    this.addSql(
      `create table \`payment\` (\`row_no\` bigint unsigned not null auto_increment primary key, \`payment_no\` varchar(32) not null, \`app_id\` varchar(32) not null, \`merchant_no\` varchar(32) not null, \`order_no\` varchar(64) not null, \`subject\` varchar(127) not null, \`amount\` bigint not null, \`charged_amount\` bigint not null, \`one_cent\` tinyint(1) not null, \`currency\` varchar(32) not null, \`status\` varchar(32) not null, \`settled_by\` varchar(32) null, \`close_requested_at\` bigint null, \`last_sequence\` int not null, \`refunded_amount\` bigint not null, \`initiated_at\` bigint not null, \`expires_at\` bigint not null, \`paid_at\` bigint null, \`closed_at\` bigint null, \`created_at\` bigint not null, \`updated_at\` bigint not null) default character set utf8mb4 collate utf8mb4_bin engine = InnoDB;`,
    );
    this.addSql(`alter table \`payment\` add index \`payment_expiry\` (\`status\`, \`expires_at\`);`);
    this.addSql(`alter table \`payment\` add index \`payment_app_status\` (\`app_id\`, \`status\`, \`row_no\`);`);
    this.addSql(`alter table \`payment\` add unique \`payment_payment_no\` (\`payment_no\`);`);
    this.addSql(`alter table \`payment\` add unique \`payment_app_order\` (\`app_id\`, \`order_no\`);`);

    this.addSql(
      `create table \`refund\` (\`row_no\` bigint unsigned not null auto_increment primary key, \`refund_no\` varchar(32) not null, \`purpose\` varchar(32) not null, \`app_id\` varchar(32) not null, \`merchant_no\` varchar(32) not null, \`payment_no\` varchar(32) not null, \`attempt_no\` varchar(32) not null, \`account_no\` varchar(32) not null, \`channel\` varchar(32) not null, \`refund_order_no\` varchar(64) not null, \`amount\` bigint not null, \`charged_amount\` bigint not null, \`reason\` varchar(80) not null, \`status\` varchar(32) not null, \`unknown\` tinyint(1) not null, \`abnormal\` tinyint(1) not null, \`channel_refund_no\` varchar(64) null, \`notify_url\` varchar(255) not null, \`idempotency_key\` varchar(64) not null, \`request_digest\` json not null, \`called_until\` bigint not null, \`sent_at\` bigint null, \`query_count\` int not null, \`next_query_at\` bigint null, \`failure_code\` varchar(64) null, \`failure_message\` varchar(255) null, \`succeeded_at\` bigint null, \`created_at\` bigint not null, \`updated_at\` bigint not null) default character set utf8mb4 collate utf8mb4_bin engine = InnoDB;`,
    );
    this.addSql(`alter table \`refund\` add index \`refund_payment\` (\`payment_no\`, \`created_at\`);`);
    this.addSql(`alter table \`refund\` add index \`refund_next_query\` (\`next_query_at\`);`);
    this.addSql(`alter table \`refund\` add index \`refund_account_created\` (\`account_no\`, \`created_at\`);`);
    this.addSql(`alter table \`refund\` add unique \`refund_refund_no\` (\`refund_no\`);`);
    this.addSql(`alter table \`refund\` add unique \`refund_app_order\` (\`app_id\`, \`refund_order_no\`);`);
    this.addSql(`alter table \`refund\` add unique \`refund_app_idempotency_key\` (\`app_id\`, \`idempotency_key\`);`);
    this.addSql(`alter table \`refund\` add unique \`refund_channel_refund_no\` (\`channel\`, \`channel_refund_no\`);`);

    this.addSql(
      `create table \`sequencer\` (\`name\` varchar(64) not null, \`value\` bigint not null, \`created_at\` bigint not null, \`updated_at\` bigint not null, primary key (\`name\`)) default character set utf8mb4 collate utf8mb4_bin engine = InnoDB;`,
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
