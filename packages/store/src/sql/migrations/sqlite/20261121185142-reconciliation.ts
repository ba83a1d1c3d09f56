import { Migration } from "@mikro-orm/migrations";

export class Migration20261121185142_reconciliation extends Migration {
  override name = "Migration20261121185142_reconciliation";

  override up(): void | Promise<void> {
    this.addSql(
      `create table \`bill_file\` (\`row_no\` integer not null primary key autoincrement, \`account_no\` text not null, \`business_day\` text not null, \`bill_kind\` text not null, \`digest\` text not null, \`size_bytes\` bigint not null, \`bill_state\` text not null, \`failure\` text null, \`created_at\` bigint not null, \`updated_at\` bigint not null);`,
    );
    this.addSql(
      `create unique index \`bill_file_digest\` on \`bill_file\` (\`account_no\`, \`business_day\`, \`bill_kind\`, \`digest\`);`,
    );

    this.addSql(
      `create table \`day_total\` (\`row_no\` integer not null primary key autoincrement, \`account_no\` text not null, \`merchant_no\` text not null, \`channel\` text not null, \`business_day\` text not null, \`app_id\` text not null, \`book_payment_count\` integer not null, \`book_payment_amount\` bigint not null, \`book_refund_count\` integer not null, \`book_refund_amount\` bigint not null, \`bill_payment_count\` integer not null, \`bill_payment_amount\` bigint not null, \`bill_refund_count\` integer not null, \`bill_refund_amount\` bigint not null, \`bill_fee\` bigint not null, \`matched_count\` integer not null, \`created_at\` bigint not null, \`updated_at\` bigint not null);`,
    );
    this.addSql(`create index \`day_total_business_day\` on \`day_total\` (\`business_day\`);`);
    this.addSql(
      `create unique index \`day_total_app\` on \`day_total\` (\`account_no\`, \`business_day\`, \`app_id\`);`,
    );

    this.addSql(
      `create table \`difference\` (\`row_no\` integer not null primary key autoincrement, \`difference_no\` text not null, \`account_no\` text not null, \`merchant_no\` text not null, \`channel\` text not null, \`business_day\` text not null, \`fingerprint\` text not null, \`difference_class\` text not null, \`cause\` text not null, \`proposed_fix\` text not null, \`difference_state\` text not null, \`app_id\` text null, \`payment_no\` text null, \`out_trade_no\` text null, \`channel_trade_no\` text null, \`out_refund_no\` text null, \`delta\` bigint not null, \`bill_line\` json null, \`book_side\` json null, \`facts\` json null, \`assignee\` text null, \`pending_fix\` text null, \`pending_by\` text null, \`ended_by\` text null, \`ended_at\` bigint null, \`created_at\` bigint not null, \`updated_at\` bigint not null);`,
    );
    this.addSql(`create index \`difference_state\` on \`difference\` (\`difference_state\`, \`business_day\`);`);
    this.addSql(`create index \`difference_app\` on \`difference\` (\`app_id\`, \`business_day\`);`);
    this.addSql(`create index \`difference_out_trade_no\` on \`difference\` (\`out_trade_no\`);`);
    this.addSql(`create index \`difference_out_refund_no\` on \`difference\` (\`out_refund_no\`);`);
    this.addSql(`create unique index \`difference_difference_no\` on \`difference\` (\`difference_no\`);`);
    this.addSql(
      `create unique index \`difference_fingerprint\` on \`difference\` (\`account_no\`, \`business_day\`, \`fingerprint\`);`,
    );

    this.addSql(
      `create table \`difference_action\` (\`row_no\` integer not null primary key autoincrement, \`difference_no\` text not null, \`actor\` text not null, \`action_kind\` text not null, \`note\` text not null, \`created_at\` bigint not null, \`updated_at\` bigint not null);`,
    );
    this.addSql(
      `create index \`difference_action_difference\` on \`difference_action\` (\`difference_no\`, \`row_no\`);`,
    );

    this.addSql(
      `create table \`fund_flow_total\` (\`row_no\` integer not null primary key autoincrement, \`account_no\` text not null, \`merchant_no\` text not null, \`channel\` text not null, \`business_day\` text not null, \`flow_kind\` text not null, \`in_count\` integer not null, \`in_amount\` bigint not null, \`out_count\` integer not null, \`out_amount\` bigint not null, \`created_at\` bigint not null, \`updated_at\` bigint not null);`,
    );
    this.addSql(
      `create index \`fund_flow_total_merchant\` on \`fund_flow_total\` (\`merchant_no\`, \`business_day\`);`,
    );
    this.addSql(
      `create unique index \`fund_flow_total_kind\` on \`fund_flow_total\` (\`account_no\`, \`business_day\`, \`flow_kind\`);`,
    );

    this.addSql(
      `create table \`reconciliation_run\` (\`row_no\` integer not null primary key autoincrement, \`run_no\` text not null, \`account_no\` text not null, \`merchant_no\` text not null, \`channel\` text not null, \`business_day\` text not null, \`run_state\` text not null, \`stage\` text not null, \`lines_read\` integer not null, \`compared\` integer not null, \`trade_bill\` text null, \`fund_flow_bill\` text null, \`requested_by\` text not null, \`try_count\` integer not null, \`next_try_at\` bigint null, \`failure\` text null, \`finished_at\` bigint null, \`created_at\` bigint not null, \`updated_at\` bigint not null);`,
    );
    this.addSql(`create index \`reconciliation_run_next_try\` on \`reconciliation_run\` (\`next_try_at\`);`);
    this.addSql(`create index \`reconciliation_run_business_day\` on \`reconciliation_run\` (\`business_day\`);`);
    this.addSql(`create unique index \`reconciliation_run_run_no\` on \`reconciliation_run\` (\`run_no\`);`);
    this.addSql(
      `create unique index \`reconciliation_run_day\` on \`reconciliation_run\` (\`account_no\`, \`business_day\`);`,
    );

    this.addSql(`alter table \`app\` add column \`role\` text not null default 'business';`);

    this.addSql(`create index \`attempt_account_paid\` on \`attempt\` (\`account_no\`, \`paid_at\`);`);

    this.addSql(`alter table \`channel_account\` add column \`fee_rate\` integer null;`);

    this.addSql(`create index \`held_receipt_account_paid\` on \`held_receipt\` (\`account_no\`, \`paid_at\`);`);

    this.addSql(`create index \`refund_account_sent\` on \`refund\` (\`account_no\`, \`sent_at\`);`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists \`bill_file\`;`);
    this.addSql(`drop table if exists \`day_total\`;`);
    this.addSql(`drop table if exists \`difference\`;`);
    this.addSql(`drop table if exists \`difference_action\`;`);
    this.addSql(`drop table if exists \`fund_flow_total\`;`);
    this.addSql(`drop table if exists \`reconciliation_run\`;`);

    this.addSql(`alter table \`app\` drop column \`role\`;`);

    this.addSql(`drop index \`attempt_account_paid\`;`);

    this.addSql(`alter table \`channel_account\` drop column \`fee_rate\`;`);

    this.addSql(`drop index \`held_receipt_account_paid\`;`);

    this.addSql(`drop index \`refund_account_sent\`;`);
  }
}
