import { Migration } from "@mikro-orm/migrations";

export class Migration20261121202309_lists_of_reconciliation extends Migration {
  override name = "Migration20261121202309_lists_of_reconciliation";

  override up(): void | Promise<void> {
    this.addSql(`create index \`difference_account\` on \`difference\` (\`account_no\`, \`business_day\`);`);
    this.addSql(`create index \`difference_merchant\` on \`difference\` (\`merchant_no\`, \`business_day\`);`);
    this.addSql(`create index \`difference_class\` on \`difference\` (\`difference_class\`, \`business_day\`);`);
    this.addSql(`create index \`difference_assignee\` on \`difference\` (\`assignee\`, \`business_day\`);`);

    this.addSql(`create index \`fund_flow_total_business_day\` on \`fund_flow_total\` (\`business_day\`);`);

    this.addSql(`create index \`held_receipt_paid\` on \`held_receipt\` (\`paid_at\`);`);

    this.addSql(
      `create index \`reconciliation_run_state\` on \`reconciliation_run\` (\`run_state\`, \`business_day\`);`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index \`difference_account\`;`);
    this.addSql(`drop index \`difference_merchant\`;`);
    this.addSql(`drop index \`difference_class\`;`);
    this.addSql(`drop index \`difference_assignee\`;`);

    this.addSql(`drop index \`fund_flow_total_business_day\`;`);

    this.addSql(`drop index \`held_receipt_paid\`;`);

    this.addSql(`drop index \`reconciliation_run_state\`;`);
  }
}
