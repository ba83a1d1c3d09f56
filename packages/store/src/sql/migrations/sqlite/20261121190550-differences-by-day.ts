import { Migration } from "@mikro-orm/migrations";

export class Migration20261121190550_differences_by_day extends Migration {
  override name = "Migration20261121190550_differences_by_day";

  override up(): void | Promise<void> {
    this.addSql(`create index \`difference_business_day\` on \`difference\` (\`business_day\`);`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index \`difference_business_day\`;`);
  }
}
