import { Migration } from "@mikro-orm/migrations";

export class Migration20261121185142_reconciliation extends Migration {
  override name = "Migration20261121185142_reconciliation";

  override up(): void | Promise<void> {
    this.addSql(
      `create table \`bill_file\` (\`row_no\` bigint unsigned not null auto_increment primary key, \`account_no\` varchar(32) not null, \`business_day\` varchar(10) not null, \`bill_kind\` varchar(32) not null, \`digest\` varchar(64) not null, \`size_bytes\` bigint not null, \`bill_state\` varchar(32) not null, \`failure\` varchar(255) null, \`created_at\` bigint not null, \`updated_at\` bigint not null) default character set utf8mb4 collate utf8mb4_bin engine = InnoDB;`,
    );
    this.addSql(
      `alter table \`bill_file\` add unique \`bill_file_digest\` (\`account_no\`, \`business_day\`, \`bill_kind\`, \`digest\`);`,
    );

    this.addSql(
      `create table \`day_total\` (\`row_no\` bigint unsigned not null auto_increment primary key, \`account_no\` varchar(32) not null, \`merchant_no\` varchar(32) not null, \`channel\` varchar(32) not null, \`business_day\` varchar(10) not null, \`app_id\` varchar(32) not null, \`book_payment_count\` int not null, \`book_payment_amount\` bigint not null, \`book_refund_count\` int not null, \`book_refund_amount\` bigint not null, \`bill_payment_count\` int not null, \`bill_payment_amount\` bigint not null, \`bill_refund_count\` int not null, \`bill_refund_amount\` bigint not null, \`bill_fee\` bigint not null, \`matched_count\` int not null, \`created_at\` bigint not null, \`updated_at\` bigint not null) default character set utf8mb4 collate utf8mb4_bin engine = InnoDB;`,
    );
    this.addSql(`alter table \`day_total\` add index \`day_total_business_day\` (\`business_day\`);`);
    this.addSql(
      `alter table \`day_total\` add unique \`day_total_app\` (\`account_no\`, \`business_day\`, \`app_id\`);`,
    );

    this.addSql(
      `create table \`difference\` (\`row_no\` bigint unsigned not null auto_increment primary key, \`difference_no\` varchar(32) not null, \`account_no\` varchar(32) not null, \`merchant_no\` varchar(32) not null, \`channel\` varchar(32) not null, \`business_day\` varchar(10) not null, \`fingerprint\` varchar(64) not null, \`difference_class\` varchar(32) not null, \`cause\` varchar(32) not null, \`proposed_fix\` varchar(32) not null, \`difference_state\` varchar(32) not null, \`app_id\` varchar(32) null, \`payment_no\` varchar(32) null, \`out_trade_no\` varchar(64) null, \`channel_trade_no\` varchar(64) null, \`out_refund_no\` varchar(64) null, \`delta\` bigint not null, \`bill_line\` json null, \`book_side\` json null, \`facts\` json null, \`assignee\` varchar(64) null, \`pending_fix\` varchar(32) null, \`pending_by\` varchar(64) null, \`ended_by\` varchar(64) null, \`ended_at\` bigint null, \`created_at\` bigint not null, \`updated_at\` bigint not null) default character set utf8mb4 collate utf8mb4_bin engine = InnoDB;`,
    );
    this.addSql(`alter table \`difference\` add index \`difference_state\` (\`difference_state\`, \`business_day\`);`);
    this.addSql(`alter table \`difference\` add index \`difference_app\` (\`app_id\`, \`business_day\`);`);
    this.addSql(`alter table \`difference\` add index \`difference_out_trade_no\` (\`out_trade_no\`);`);
    this.addSql(`alter table \`difference\` add index \`difference_out_refund_no\` (\`out_refund_no\`);`);
    this.addSql(`alter table \`difference\` add unique \`difference_difference_no\` (\`difference_no\`);`);
    this.addSql(
      `alter table \`difference\` add unique \`difference_fingerprint\` (\`account_no\`, \`business_day\`, \`fingerprint\`);`,
    );

    this.addSql(
      `create table \`difference_action\` (\`row_no\` bigint unsigned not null auto_increment primary key, \`difference_no\` varchar(32) not null, \`actor\` varchar(64) not null, \`action_kind\` varchar(32) not null, \`note\` varchar(1000) not null, \`created_at\` bigint not null, \`updated_at\` bigint not null) default character set utf8mb4 collate utf8mb4_bin engine = InnoDB;`,
    );
    this.addSql(
      `alter table \`difference_action\` add index \`difference_action_difference\` (\`difference_no\`, \`row_no\`);`,
    );

    this.addSql(
      `create table \`fund_flow_total\` (\`row_no\` bigint unsigned not null auto_increment primary key, \`account_no\` varchar(32) not null, \`merchant_no\` varchar(32) not null, \`channel\` varchar(32) not null, \`business_day\` varchar(10) not null, \`flow_kind\` varchar(32) not null, \`in_count\` int not null, \`in_amount\` bigint not null, \`out_count\` int not null, \`out_amount\` bigint not null, \`created_at\` bigint not null, \`updated_at\` bigint not null) default character set utf8mb4 collate utf8mb4_bin engine = InnoDB;`,
    );
    this.addSql(
      `alter table \`fund_flow_total\` add index \`fund_flow_total_merchant\` (\`merchant_no\`, \`business_day\`);`,
    );
    this.addSql(
      `alter table \`fund_flow_total\` add unique \`fund_flow_total_kind\` (\`account_no\`, \`business_day\`, \`flow_kind\`);`,
    );

    this.addSql(
      `create table \`reconciliation_run\` (\`row_no\` bigint unsigned not null auto_increment primary key, \`run_no\` varchar(32) not null, \`account_no\` varchar(32) not null, \`merchant_no\` varchar(32) not null, \`channel\` varchar(32) not null, \`business_day\` varchar(10) not null, \`run_state\` varchar(32) not null, \`stage\` varchar(32) not null, \`lines_read\` int not null, \`compared\` int not null, \`trade_bill\` varchar(64) null, \`fund_flow_bill\` varchar(64) null, \`requested_by\` varchar(64) not null, \`try_count\` int not null, \`next_try_at\` bigint null, \`failure\` varchar(255) null, \`finished_at\` bigint null, \`created_at\` bigint not null, \`updated_at\` bigint not null) default character set utf8mb4 collate utf8mb4_bin engine = InnoDB;`,
    );
    this.addSql(`alter table \`reconciliation_run\` add index \`reconciliation_run_next_try\` (\`next_try_at\`);`);
    this.addSql(`alter table \`reconciliation_run\` add index \`reconciliation_run_business_day\` (\`business_day\`);`);
    this.addSql(`alter table \`reconciliation_run\` add unique \`reconciliation_run_run_no\` (\`run_no\`);`);
    this.addSql(
      `alter table \`reconciliation_run\` add unique \`reconciliation_run_day\` (\`account_no\`, \`business_day\`);`,
    );

    this.addSql(`alter table \`app\` add \`role\` varchar(32) not null default 'business';`);

    this.addSql(`alter table \`attempt\` add index \`attempt_account_paid\` (\`account_no\`, \`paid_at\`);`);

    this.addSql(`alter table \`channel_account\` add \`fee_rate\` int null;`);

    this.addSql(`alter table \`held_receipt\` add index \`held_receipt_account_paid\` (\`account_no\`, \`paid_at\`);`);

    this.addSql(`alter table \`refund\` add index \`refund_account_sent\` (\`account_no\`, \`sent_at\`);`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists \`bill_file\`;`);
    this.addSql(`drop table if exists \`day_total\`;`);
    this.addSql(`drop table if exists \`difference\`;`);
    this.addSql(`drop table if exists \`difference_action\`;`);
    this.addSql(`drop table if exists \`fund_flow_total\`;`);
    this.addSql(`drop table if exists \`reconciliation_run\`;`);

    this.addSql(`alter table \`app\` drop column \`role\`;`);

    this.addSql(`alter table \`attempt\` drop index \`attempt_account_paid\`;`);

    this.addSql(`alter table \`channel_account\` drop column \`fee_rate\`;`);

    this.addSql(`alter table \`held_receipt\` drop index \`held_receipt_account_paid\`;`);

    this.addSql(`alter table \`refund\` drop index \`refund_account_sent\`;`);
  }
}
