import { Migration } from "@mikro-orm/migrations";

export class Migration20261121202308_lists_of_reconciliation extends Migration {
  override name = "Migration20261121202308_lists_of_reconciliation";

  override up(): void | Promise<void> {
    this.addSql(`alter table \`difference\` add index \`difference_account\` (\`account_no\`, \`business_day\`);`);
    this.addSql(`alter table \`difference\` add index \`difference_merchant\` (\`merchant_no\`, \`business_day\`);`);
    this.addSql(`alter table \`difference\` add index \`difference_class\` (\`difference_class\`, \`business_day\`);`);
    this.addSql(`alter table \`difference\` add index \`difference_assignee\` (\`assignee\`, \`business_day\`);`);

    this.addSql(`alter table \`fund_flow_total\` add index \`fund_flow_total_business_day\` (\`business_day\`);`);

    this.addSql(`alter table \`held_receipt\` add index \`held_receipt_paid\` (\`paid_at\`);`);

    this.addSql(
      `alter table \`reconciliation_run\` add index \`reconciliation_run_state\` (\`run_state\`, \`business_day\`);`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table \`difference\` drop index \`difference_account\`;`);
    this.addSql(`alter table \`difference\` drop index \`difference_merchant\`;`);
    this.addSql(`alter table \`difference\` drop index \`difference_class\`;`);
    this.addSql(`alter table \`difference\` drop index \`difference_assignee\`;`);

    this.addSql(`alter table \`fund_flow_total\` drop index \`fund_flow_total_business_day\`;`);

    this.addSql(`alter table \`held_receipt\` drop index \`held_receipt_paid\`;`);

    this.addSql(`alter table \`reconciliation_run\` drop index \`reconciliation_run_state\`;`);
  }
}
